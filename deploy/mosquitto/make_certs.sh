#!/usr/bin/env bash
# Make a certificate authority, and certificates for the broker, the service and devices.
#
#   make_certs.sh FOLDER [BROKER_HOSTS] [DEVICE_ID …]   hosts and addresses of the broker, a comma between; else localhost
#   make_certs.sh --revoke FOLDER DEVICE_ID             then give the broker the new ca.crl and restart it
#
# What exists is kept, so devices can be added later. DAYS is how long certificates hold, 825 by default; to renew one,
# remove its .crt and .key and call this again. ca.key belongs on neither broker nor service: it can make any device.
set -euo pipefail

fail() {
  echo "make_certs.sh: $1" >&2
  exit 1
}

authority() { # openssl ca, which keeps the list of what is revoked
  openssl ca -config <(printf '[ca]\ndefault_ca=site\n[site]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\n') \
    -keyfile ca.key -cert ca.crt "$@" 2>/dev/null
}

list_revoked() { # an expired list would lock everybody out, so it holds as long as the authority
  authority -gencrl -crldays 3650 -out ca.crl
  chmod 644 ca.crl
}

sign() { # NAME SUBJECT_ALT_NAME EXTENDED_KEY_USAGE
  [ -f "$1.crt" ] && return
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$days" -out "$1.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=%s\n' "$2" "$3") 2>/dev/null
  rm "$1.csr"
  chmod 644 "$1.crt"
  echo "$folder/$1.crt"
}

alternative_names() { # HOST,HOST,…
  local names="DNS:localhost,IP:127.0.0.1" host
  for host in ${1//,/ }; do
    case $host in
      localhost | 127.0.0.1) ;;
      *:*) names+=",IP:$host" ;;
      *[!0-9.]*) names+=",DNS:$host" ;;
      *) names+=",IP:$host" ;;
    esac
  done
  echo "$names"
}

if [ "${1-}" = --revoke ]; then
  folder=${2:?usage: make_certs.sh --revoke FOLDER DEVICE_ID} name=${3:?usage: make_certs.sh --revoke FOLDER DEVICE_ID}
  cd "$folder"
  [ -f "$name.crt" ] || fail "there is no certificate $folder/$name.crt"
  authority -revoke "$name.crt" || fail "$name.crt could not be revoked; is it revoked already?"
  list_revoked
  mkdir -p revoked
  mv "$name.crt" "$name.key" revoked/
  echo "$folder/ca.crl"
  exit
fi

folder=${1:?usage: make_certs.sh FOLDER [BROKER_HOSTS] [DEVICE_ID …]}
hosts=${2:-localhost}
shift $(($# < 2 ? $# : 2))
days=${DAYS:-825}
for device in "$@"; do
  case $device in
    broker | ca | wanwan) fail "no device may be called $device: its certificate would be another's" ;;
    *[!A-Za-z0-9_-]* | "") fail "'$device' is no device id: letters, digits, '-' and '_'" ;;
  esac
done

umask 077
mkdir -p "$folder"
chmod 755 "$folder" # keys are readable by their owner only, certificates by all
cd "$folder"
if [ ! -f ca.key ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj "/CN=WAN-WAN site authority" -keyout ca.key -out ca.crt 2>/dev/null
  chmod 644 ca.crt
fi
[ -f index.txt ] || : >index.txt
[ -f crlnumber ] || echo 01 >crlnumber
[ -f ca.crl ] || list_revoked
sign broker "$(alternative_names "$hosts")" serverAuth
sign wanwan DNS:wanwan clientAuth
for device in "$@"; do sign "$device" "DNS:$device" clientAuth; done
