# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The CUDA compiler; sourced by ./run.

# What PyPI has of the CUDA compiler: the parts that turn gpu/kernels/ into code for GPUs.
cuda_wheels=(
  nvidia-cuda-nvcc==13.0.88
  nvidia-nvvm==13.0.88
  nvidia-cuda-crt==13.0.88
  nvidia-cuda-runtime==13.0.96
  nvidia-cuda-cccl==13.0.85
)

# nvcc where the machine has one, else the pinned wheels.
find_nvcc() {
  local candidate target lock
  for candidate in "$(command -v nvcc || true)" "${CUDA_HOME:-/nonexistent}/bin/nvcc" /usr/local/cuda/bin/nvcc; do
    if [ -x "$candidate" ]; then
      printf '%s' "$candidate"
      return
    fi
  done
  case $(uname -m) in x86_64 | aarch64) ;; *) return ;; esac
  target=$cache/cuda-$(printf '%s' "${cuda_wheels[*]}" | sha256sum | cut -c 1-12)
  if [ ! -d "$target" ]; then
    mkdir -p "$cache"
    exec {lock}>"$cache/cuda.lock"
    flock "$lock"
    if [ ! -d "$target" ]; then
      say "fetching the CUDA compiler (once)"
      rm -rf "$target.new"
      # Without it everything but the kernels for GPUs is built: no reason to stop.
      if ! /usr/bin/python3 -m pip install -q --no-deps --no-compile --target "$target.new" \
        "${cuda_wheels[@]}" >>"$log" 2>&1; then
        say "the CUDA compiler cannot be had; going on without it"
        return
      fi
      mv "$target.new" "$target"
    fi
    exec {lock}>&-
  fi
  find "$target" -path '*/bin/nvcc' -print -quit
}
