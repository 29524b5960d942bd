# SPDX-License-Identifier: GPL-3.0-or-later
# Completes the command line of blurbox in bash.

_blurbox() {
  local current=${COMP_WORDS[COMP_CWORD]}

  COMPREPLY=()
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "--version --help --help-all --help-gapplication -h" -- "$current")
    return
  fi
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -F _blurbox blurbox
