# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Clips that ./run makes: one for its demo, one for screenshots. Sourced by it.

demo_clip() {
  local clip=$cache/demo.mp4
  mkdir -p "$cache"
  if [ ! -e "$clip" ]; then
    say "making a clip of 6 seconds"
    # A landscape of drifting noise under a sun that crosses the sky, with two tones.
    quietly ffmpeg -v error -y \
      -f lavfi -i "gradients=size=1920x1080:rate=30:duration=6:c0=0x1b3a6b:c1=0xf2a65a:c2=0xd1495b:c3=0x30638e:n=4:speed=0.012:seed=7" \
      -f lavfi -i "mandelbrot=size=1920x1080:rate=30:start_scale=0.9:end_scale=0.25:end_pts=180:maxiter=400" \
      -f lavfi -i "sine=frequency=220:duration=6" -f lavfi -i "sine=frequency=329.6:duration=6" \
      -filter_complex "[1]format=gbrp,hue=s=0.6[m];[0]format=gbrp[g];[g][m]blend=all_mode=screen:shortest=1,noise=alls=4:allf=t,format=yuv420p[v];[2][3]amix=inputs=2,volume=0.5,afade=in:d=0.5,afade=out:st=5.5:d=0.5[a]" \
      -map "[v]" -map "[a]" -t 6 -c:v libx264 -preset veryfast -crf 18 -c:a aac -b:a 128k "$clip.new.mp4"
    mv "$clip.new.mp4" "$clip"
  fi
  printf '%s' "$clip"
}

landscape_clip() {
  local clip=$cache/landscape.mp4
  mkdir -p "$cache"
  if [ ! -e "$clip" ]; then
    say "drawing a clip of 6 seconds"
    # shellcheck disable=SC2016
    quietly bash -o pipefail -c '"$1" 6 | ffmpeg -v error -y -f rawvideo -pix_fmt rgb24 -s 1920x1080 -r 30 -i - \
      -f lavfi -i sine=frequency=220 -shortest -vf scale=out_color_matrix=bt709 -pix_fmt yuv420p \
      -colorspace bt709 -color_primaries bt709 -color_trc bt709 -c:v libx264 -preset veryfast -crf 14 -g 30 \
      -c:a aac "$2"' - "$here/tests/screenshots/landscape.py" "$clip.new.mp4"
    mv "$clip.new.mp4" "$clip"
  fi
  printf '%s' "$clip"
}
