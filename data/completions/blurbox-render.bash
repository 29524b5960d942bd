# SPDX-License-Identifier: GPL-3.0-or-later
# Completes the command line of blurbox-render in bash.

_blurbox_render() {
  local current previous values=() options=() i=$COMP_CWORD
  current=${COMP_WORDS[i]}
  # Bash takes ":" and "=" for words of their own: "cuda:0" and "--device=cuda:0" come in pieces.
  while ((i > 1)) && [[ ${COMP_WORDS[i]} == : || ${COMP_WORDS[i - 1]} == : ]]; do
    current=${COMP_WORDS[i - 1]}$current
    i=$((i - 1))
  done
  if [[ $current == = ]]; then
    current=
  elif ((i > 1)) && [[ ${COMP_WORDS[i - 1]} == = ]]; then
    i=$((i - 1))
  fi
  previous=${COMP_WORDS[i - 1]}

  COMPREPLY=()
  case $previous in
    --output | -o | --recipe | --save-recipe | --stats | --plan | --join | --picture | --logo)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --aspect) values=(9:16 4:5 1:1 4:3 16:9 21:9) ;;
    --size) values=(1080x1920 1080x1350 1080x1080 1920x1080 720x1280 2160x3840) ;;
    --background) values=(blur mirror) ;;
    --logo-place) values=(top-left top-right bottom-left bottom-right) ;;
    --codec) values=(h264 hevc av1) ;;
    --encoder) mapfile -t values < <(echo auto && blurbox-render --list-encoders 2>/dev/null | cut -d ' ' -f 1) ;;
    --rotate) values=(0 90 180 270) ;;
    --mirror) values=(none horizontal vertical both) ;;
    --audio) values=(copy encode none) ;;
    --device) mapfile -t values < <(echo auto && blurbox-render --list-devices 2>/dev/null | cut -d ' ' -f 1) ;;
    --precision) values=(auto fp16 fp32) ;;
    --batch) values=(auto 1 2 4 8 16 32 64 128) ;;
    --workers) values=(auto 1 2 4 8) ;;
    --print-jobs) values=(slurm parallel kubernetes) ;;
    --end) values=(none) ;;
    # What is left takes a number or a word that nobody can guess.
    --zoom | --position | --offset | --crop) return ;;
    --corner-radius | --shadow | --blur | --background-zoom | --dim | --saturation) return ;;
    --gradient-angle | --logo-margin | --logo-size | --logo-opacity) return ;;
    --start | --quality | --preset | --segment) return ;;
  esac
  if ((${#values[@]} > 0)); then
    mapfile -t COMPREPLY < <(compgen -W "${values[*]}" -- "$current")
    # What stands before the last colon is a word that bash leaves alone.
    if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then
      COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*:}"}"}")
    fi
    return
  fi

  if [[ $current == -* ]]; then
    options=(
      --output --and --overwrite --recipe --save-recipe --stats
      --size --aspect
      --zoom --position --offset --crop --rotate --mirror --corner-radius --shadow
      --background --gradient-angle --picture --blur --background-zoom --dim --saturation
      --logo --logo-place --logo-margin --logo-size --logo-opacity
      --start --end
      --codec --encoder --quality --preset --audio
      --device --batch --precision --workers --fresh --auto-tune --quiet
      --plan --segment --join --print-jobs
      --list-devices --list-encoders --version --help
      -o -q -h
    )
    mapfile -t COMPREPLY < <(compgen -W "${options[*]}" -- "$current")
    return
  fi
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -F _blurbox_render blurbox-render
