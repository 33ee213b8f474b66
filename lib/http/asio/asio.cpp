// The compiled half of Asio, TLS included: built once here, so that including Asio elsewhere costs seconds less.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
