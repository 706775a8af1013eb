# shellcheck shell=bash
# Client settings (TLS, basic auth) with which Prometheus and Alertmanager access an exporter that has an
# exporter.web-config-file. Sourced by avatar-stack after operate.sh.

# Marks the generated lines.
guard_mark='  # web-config.yml'

# Sets the variables guard_* to the exporter's requirements; exits with an error if they cannot be met.
read_guards() {
  local access name value
  guard_certificate='' guard_name='' guard_user='' guard_password='' guard_client='' guard_client_key=''
  [ -n "$(web_config)" ] || return 0
  access=$(installed_exporter access) || exit
  while read -r name value; do
    case $name in
      certificate) guard_certificate=$value ;;
      server-name) guard_name=$value ;;
      client-certificate) guard_client=$value ;;
      client-key) guard_client_key=$value ;;
      user) guard_user=$value ;;
      password-file) guard_password=$value ;;
    esac
  done <<<"$access"
}

# guard_credentials [password]: LoadCredential= lines of a unit, for files that only root may read.
guard_credentials() {
  guard_credential exporter-certificate "$guard_certificate"
  guard_credential exporter-client-certificate "$guard_client"
  guard_credential exporter-client-key "$guard_client_key"
  if [ "${1:-}" = password ]; then guard_credential exporter-password "$guard_password"; fi
}

guard_credential() {
  if [ -n "$2" ]; then printf 'LoadCredential=%s:%s\n' "$1" "${2//%/%%}"; fi
}

# guard_tls UNIT: the tls_config of the client that runs as that unit.
guard_tls() {
  local at=/run/credentials/$1
  printf 'tls_config: {ca_file: "%s"%s%s}%s' "$at/exporter-certificate" "${guard_name:+, server_name: \"$guard_name\"}" \
    "${guard_client:+, cert_file: \"$at/exporter-client-certificate\", key_file: \"$at/exporter-client-key\"}" "$guard_mark"
}

# Lines for a Prometheus job; none if the exporter serves plain HTTP without authentication.
prometheus_guards() {
  if [ -n "$guard_certificate" ]; then
    printf '    scheme: https%s\n    %s\n' "$guard_mark" "$(guard_tls prometheus.service)"
  fi
  if [ -n "$guard_user" ]; then
    printf '    basic_auth: {username: "%s", password_file: "/run/credentials/prometheus.service/exporter-password"}%s\n' \
      "$(json_escape "$guard_user")" "$guard_mark"
  fi
}

# guarded_prometheus FILE: prints the Prometheus configuration with these lines in its jobs.
guarded_prometheus() {
  guards=$(prometheus_guards) awk '
    { print }
    /^  - job_name: avatar(-probes)?$/ && ENVIRON["guards"] != "" { print ENVIRON["guards"] }' "$1"
}

# guarded_alertmanager FILE: prints the Alertmanager configuration with the exporter's URL and TLS settings in its webhooks.
guarded_alertmanager() {
  tls=${guard_certificate:+$(guard_tls prometheus-alertmanager.service)} url=$(exporter_url) awk '
    { sub("http://127.0.0.1:9818", ENVIRON["url"]); print }
    /^        http_config:$/ && ENVIRON["tls"] != "" { print "          " ENVIRON["tls"] }' "$1"
}

# unguarded FILE: prints a configuration without these lines, without destinations for people and base addresses of links.
unguarded() {
  sed -e "/$guard_mark\$/d" -e '/  # avatar\.yaml$/d' -e 's|https://127\.0\.0\.1|http://127.0.0.1|' \
    -e 's|^\( *\(runbooks\|dashboards\): \).*|\1|' "$1"
}
