# shellcheck shell=sh
# Short names for what one does with the avatar most; "avatar help" has the rest.
# A removed package leaves this file.
[ -x /usr/bin/avatar ] || return 0
alias avatar-start='avatar start'
alias avatar-stop='avatar stop'
alias avatar-restart='avatar restart'
alias avatar-status='avatar status'
alias avatar-logs='avatar logs'
alias avatar-health='avatar health'
alias avatar-gpu='avatar gpu'
