# bash completion for partmark(1)

_partmark_plans() {
  partmark plans --json 2>/dev/null | grep -o '"\(plan\|name\)":"[^"]*"' | sed 's/^"[a-z]*":"//; s/"$//' | sort -u
}

_partmark() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word i
  local commands="init record import status plans show explain preview pending held rejected retry resync refold pause resume drift prune state"
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == --config ]] && ((i++)) && continue
    [[ $word != -* ]] && command=$word && break
  done

  case $previous in
    --config)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --granularity)
      mapfile -t COMPREPLY < <(compgen -W "MINUTE HOUR DAY WEEK MONTH QUARTER YEAR" -- "$current")
      return
      ;;
    --outcome)
      mapfile -t COMPREPLY < <(compgen -W "success failed cleared" -- "$current")
      return
      ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W "ndjson csv" -- "$current")
      return
      ;;
    --plan)
      mapfile -t COMPREPLY < <(compgen -W "$(_partmark_plans)" -- "$current")
      return
      ;;
  esac

  if [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands --config --help --version" -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(partmark "$command" --help 2>/dev/null | grep -o -e '--[a-z-]*' | sort -u)" -- "$current")
  else
    case $command in
      show | explain | preview | retry | resync | refold | drift) mapfile -t COMPREPLY < <(compgen -W "$(_partmark_plans)" -- "$current") ;;
      import) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
      state) mapfile -t COMPREPLY < <(compgen -W "$(partmark state --help 2>/dev/null | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')" -- "$current") ;;
    esac
  fi
}

complete -F _partmark partmark
