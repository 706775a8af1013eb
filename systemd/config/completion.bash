# bash completion for avatar(1)                                                            -*- shell-script -*-

_avatar() {
  local current=$2 command=${COMP_WORDS[1]:-} words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='start stop restart reload status enable disable recover logs health diagnostics check config docker alert gpu render bench gpu-setup stack help --help --version'
  else
    case "$command" in
      logs) words='follow' ;;
      health) words='status monitor' ;;
      check) words='gpu dependencies prestart --json --help' ;;
      config) words='show set check diff --origin --help' ;;
      docker) words='on off status' ;;
      alert) words='receivers test' ;;
      gpu) words='--json --help' ;;
      gpu-setup) words='apply undo --directory --help' ;;
      stack) words='enable disable refresh status' ;;
      bench) words='render --json --help' ;;
      render)
        case "${COMP_WORDS[COMP_CWORD - 1]}" in
          --backend) words='cpu cuda reference' ;;
          --antialiased) words='on off auto' ;;
          --emotion) words='neutral happy excited focused thinking analyzing alert confident curious processing discovered concerned satisfied investigating breakthrough' ;;
          --model | --animate | --output)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
          *) words='--model --camera --look-at --up --fov --resolution --near --background --backend --blendshape --emotion --contact-sheet --turntable --animate --fps --antialiased --output --help' ;;
        esac ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _avatar avatar
