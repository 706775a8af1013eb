# shellcheck shell=sh
# Aliases of frequent commands; "avatar help" lists all.
# This file remains after the package is removed.
[ -x /usr/bin/avatar ] || return 0
alias avatar-start='avatar start'
alias avatar-stop='avatar stop'
alias avatar-restart='avatar restart'
alias avatar-status='avatar status'
alias avatar-logs='avatar logs'
alias avatar-health='avatar health'
alias avatar-gpu='avatar gpu'
