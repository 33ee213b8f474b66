"""A machine of our own: this system's files under an overlay, booted by a real systemd in namespaces. Nothing of it reaches the host."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 120


def eventually(look, what, limit=LIMIT):
    end = time.monotonic() + limit
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise AssertionError(f"never came true: {what}")
        time.sleep(0.1)


class machine:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pm-machine-"))
        self.root = self.folder / "root"
        self.booted = None

    def start(self):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.folder], check=True)
        for name in ("up", "work", "root"):
            (self.folder / name).mkdir()
        layers = f"lowerdir=/,upperdir={self.folder}/up,workdir={self.folder}/work"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.root], check=True)
        for left in ("etc/partmark", "var/lib/partmark", "etc/fstab", "var/log/journal"):
            path = self.root / left
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for service in (self.root / "etc/systemd/system/multi-user.target.wants").glob("*"):
            service.unlink()  # what else this system runs is not wanted here
        for name in ("proc", "sys", "run", "tmp", "dev", "mnt"):
            (self.root / name).mkdir(exist_ok=True)
        (self.root / "etc/machine-id").write_text("")
        self.booted = subprocess.Popen([HERE / "boot", self.root], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.init = eventually(self.find_init, "systemd begins")
        eventually(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), "the machine is up")
        return self

    def find_init(self):
        assert self.booted.poll() is None, "the machine did not boot"
        children = pathlib.Path(f"/proc/{self.booted.pid}/task/{self.booted.pid}/children").read_text().split()
        for pid in children:
            if "systemd" in pathlib.Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        return None

    def stop(self):
        if self.booted:
            self.booted.kill()
            self.booted.wait()
        for path in (self.root, self.folder):
            subprocess.run(["umount", "--lazy", path], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command, check=True, user=None, stdin=None):
        """A command inside; as that user when one is given."""
        if user:
            command = ("runuser", "-u", user, "--", *command)
        done = subprocess.run(["nsenter", "-t", self.init, "-a", *map(str, command)], capture_output=True, text=True, check=False, timeout=LIMIT,
                              input=stdin, cwd="/")  # fmt: skip
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def write(self, path, text, mode=0o644, owner=None):
        """As seen from outside, so that no sandbox is in the way."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        if owner:
            self.run("chown", owner, path)

    def put(self, source, path):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)

    def show(self, unit, what):
        return self.run("systemctl", "show", unit, f"--property={what}", "--value").stdout.strip()


def why_not():
    """Why such a machine cannot be had here, or None."""
    if os.geteuid() != 0:
        return "it needs root"
    for program in ("unshare", "nsenter", "ip", "mount"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if not pathlib.Path("/lib/systemd/systemd").exists():
        return "systemd is not installed"
    with open("/proc/filesystems") as known:
        if "overlay" not in known.read():
            return "the kernel has no overlayfs"
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--net", "--cgroup", "true"], check=False, stderr=subprocess.DEVNULL)
    return None if done.returncode == 0 else "namespaces cannot be made"
