/*
 * What a Pod of `mc probe` runs: POSIX sh of ours, which takes the tools that its image has. It reads
 * MC_TARGETS (a line each: `host port name`, the name for SNI or `-`), MC_ROOTS (PEM) and MC_TIMEOUT
 * (seconds), and writes to MC_OUT a line `number|verdict|ms|addresses|detail` for each, and at last
 * `end|tool`. Values come by the environment alone, so that no name of a cluster is ever a command.
 */
export const PROBE_SCRIPT = `set -u
dir=\${MC_DIR:-/tmp}
out=\${MC_OUT:-/dev/termination-log}
limit=\${MC_TIMEOUT:-5}
has() { command -v "$1" >/dev/null 2>&1; }
tool=none
for one in openssl curl nc bash; do
  if has "$one"; then tool=$one; break; fi
done
printf '%s\\n' "\${MC_ROOTS:-}" >"$dir/roots.pem"
clean() { tr -d '\\r' | tr '|\\n\\t' '   ' | cut -c "1-$1"; }
now() {
  t=$(date +%s%N 2>/dev/null)
  case $t in '' | *[!0-9]*) t=$(date +%s)000000000 ;; esac
  [ \${#t} -gt 15 ] || t=\${t}000000000
  echo "\${t%??????}"
}
within() {
  if has timeout; then timeout "$limit" "$@"; return $?; fi
  "$@" &
  work=$!
  (sleep "$limit"; kill "$work") >/dev/null 2>&1 &
  guard=$!
  wait "$work"
  status=$?
  kill "$guard" 2>/dev/null
  return $status
}
addresses() {
  case $1 in *[!0-9.]*) ;; *) return ;; esac
  case $1 in *:*) return ;; esac
  if has getent; then getent hosts "$1" | while read -r a _; do printf '%s ' "$a"; done; fi
}
network() {
  case $1 in
    *refused* | *errno=111*) echo refused ;;
    *'o such host'* | *'ot known'* | *'not resolve'* | *BIO_lookup* | *'bad address'* | *'name resolution'*) echo no-such-host ;;
    *'o route'* | *nreachable* | *errno=113* | *errno=101*) echo no-route ;;
    *'imed out'* | *errno=110*) echo timed-out ;;
    *) echo "$2" ;;
  esac
}
with_openssl() {
  if [ "$3" = - ]; then
    text=$(SSL_CERT_FILE=/nonexistent SSL_CERT_DIR=/nonexistent within openssl s_client -connect "$4" -noservername -state -showcerts -CAfile "$dir/roots.pem" </dev/null 2>&1)
  else
    text=$(SSL_CERT_FILE=/nonexistent SSL_CERT_DIR=/nonexistent within openssl s_client -connect "$4" -servername "$3" -state -showcerts -CAfile "$dir/roots.pem" </dev/null 2>&1)
  fi
  code=$?
  case $text in
    *'BEGIN CERTIFICATE'*)
      names=$(printf '%s\\n' "$text" | openssl x509 -noout -ext subjectAltName 2>/dev/null | tail -n 1)
      case $text in
        *'Verify return code: 0 (ok)'*) verdict=connected; detail=$names ;;
        *) verdict=wrong-certificate; detail="$(printf '%s\\n' "$text" | sed -n 's/.*Verify return code: //p' | head -n 1) $names" ;;
      esac ;;
    *'certificate required'* | *'bad certificate'*) verdict=connected; detail='it wants a client certificate' ;;
    *'wrong version number'* | *'packet length too long'*) verdict=not-tls; detail= ;;
    *'SSL_connect:'*)
      case $code in
        124 | 137 | 143) verdict=silent; detail= ;;
        *) verdict=tls-failed; detail=$(printf '%s\\n' "$text" | sed -n 's/.*:SSL routines:[^:]*:\\([^:]*\\):.*/\\1/p' | head -n 1) ;;
      esac ;;
    *)
      case $code in
        124 | 137 | 143) verdict=timed-out; detail= ;;
        *) verdict=$(network "$text" tls-failed); detail= ;;
      esac ;;
  esac
}
with_curl() {
  name=$3
  [ "$name" != - ] || name=$1
  detail='the certificate was not verified (no openssl)'
  text=$(curl -sv -k -o /dev/null -w 'tls=%{time_appconnect}' --noproxy '*' --connect-timeout "$limit" -m "$limit" --connect-to "::$4" "https://$name:$2/" 2>&1)
  code=$?
  case $code,$text in
    6,*) verdict=no-such-host ;;
    7,*) verdict=$(network "$text" timed-out) ;;
    *'certificate required'* | *'bad certificate'*) verdict=connected ;;
    *'wrong version number'* | *'packet length too long'*) verdict=not-tls ;;
    *tls=0[.,]000000*)
      if [ "$code" = 28 ]; then
        verdict=timed-out
        detail='or silent: curl does not tell'
      else
        verdict=tls-failed
      fi ;;
    *) verdict=connected ;;
  esac
}
with_tcp() {
  detail='TCP only (neither openssl nor curl)'
  if [ "$tool" = nc ]; then
    text=$(within nc -z -w "$limit" "$1" "$2" </dev/null 2>&1)
    code=$?
    case $text in
      # That of busybox has no -z, but runs a program once it is connected.
      *'invalid option'* | *'unrecognized option'*)
        text=$(within nc -w "$limit" "$1" "$2" -e true </dev/null 2>&1)
        code=$? ;;
    esac
  else
    text=$(within bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1)
    code=$?
  fi
  case $code in
    0) verdict=connected ;;
    124 | 137 | 143) verdict=timed-out ;;
    *) verdict=$(network "$text" timed-out) ;;
  esac
}
try() {
  number=$1
  shift
  verdict=not-tried
  detail='the image has none of openssl, curl, nc and bash'
  case $1 in *:*) at="[$1]:$2" ;; *) at=$1:$2 ;; esac
  found=$(addresses "$1" 2>/dev/null | clean 60)
  start=$(now)
  case $tool in
    openssl) with_openssl "$1" "$2" "$3" "$at" ;;
    curl) with_curl "$1" "$2" "$3" "$at" ;;
    nc | bash) with_tcp "$1" "$2" ;;
  esac
  end=$(now)
  printf '%s|%s|%s|%s|%s\\n' "$number" "$verdict" "$((end - start))" "$found" "$(printf '%s' "$detail" | clean "$room")" >"$dir/result.$number"
}
count=0
for word in \${MC_TARGETS:-}; do count=$((count + 1)); done
count=$((count / 3))
room=$((3600 / (count + 1) - 100))
[ "$room" -ge 10 ] || room=10
[ "$room" -le 160 ] || room=160
index=0
while read -r host port name; do
  [ -n "$host" ] || continue
  try "$index" "$host" "$port" "$name" </dev/null &
  index=$((index + 1))
done <<TARGETS
\${MC_TARGETS:-}
TARGETS
wait
{
  number=0
  while [ "$number" -lt "$index" ]; do
    cat "$dir/result.$number" 2>/dev/null
    number=$((number + 1))
  done
  echo "end|$tool"
} >"$dir/results"
cat "$dir/results" >"$out"
cat "$dir/results"
`;
