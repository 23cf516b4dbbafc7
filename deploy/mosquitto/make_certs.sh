#!/usr/bin/env bash
# Make a certificate authority and certificates for the broker, the service and devices.
# Usage: make_certs.sh FOLDER [BROKER_HOST] [DEVICE_ID …]      Existing files are kept, so devices can be added later.
set -euo pipefail
folder=${1:?usage: make_certs.sh FOLDER [BROKER_HOST] [DEVICE_ID …]}
host=${2:-localhost}
shift $(($# < 2 ? $# : 2))
days=825
umask 077
mkdir -p "$folder"
cd "$folder"
[ -f ca.key ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
  -subj "/CN=WAN-WAN site authority" -keyout ca.key -out ca.crt 2>/dev/null
sign() { # NAME SUBJECT_ALT_NAME EXTENDED_KEY_USAGE
  [ -f "$1.crt" ] && return
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$days" -out "$1.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=%s\n' "$2" "$3") 2>/dev/null
  rm "$1.csr"
  echo "$folder/$1.crt"
}
case $host in *[!0-9.]*) alternative="DNS:$host,DNS:localhost" ;; *) alternative="IP:$host,DNS:localhost" ;; esac
sign broker "$alternative,IP:127.0.0.1" serverAuth
sign wanwan DNS:wanwan clientAuth
for device in "$@"; do sign "$device" "DNS:$device" clientAuth; done
