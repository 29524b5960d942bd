/* bb-kernels.cu: the picture arithmetic as CUDA kernels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread a sample, x along the row; z is the frame of the batch. A plane of frame z starts
 * z times the frame step (in samples) after that of frame 0.
 */

#include "bb-kernels.h"
#include "bb-rgb.h"

#define COLUMN ((int) (blockIdx.x * blockDim.x + threadIdx.x))
#define ROW ((int) (blockIdx.y * blockDim.y + threadIdx.y))

static __device__ BbView
frame_view (BbView view, ptrdiff_t frame_step)
{
  ptrdiff_t at = (ptrdiff_t) blockIdx.z * frame_step;

  switch (view.type)
    {
    case BB_SAMPLE_U8:
      view.data = (const uint8_t *) view.data + at;
      break;
    case BB_SAMPLE_U16:
    case BB_SAMPLE_F16:
      view.data = (const uint16_t *) view.data + at;
      break;
    case BB_SAMPLE_F32:
    default:
      view.data = (const float *) view.data + at;
      break;
    }
  return view;
}

static __device__ void
store (void *out, size_t at, float value, int half)
{
  if (half)
    ((BbHalf *) out)[at] = __float2half_rn (value);
  else
    ((float *) out)[at] = value;
}

/* out is [frames][taps.n_out][width] */
extern "C" __global__ void
bb_resample_rows (BbView in, ptrdiff_t frame_step, BbTaps taps, int width, void *out, int half)
{
  if (COLUMN >= width || ROW >= taps.n_out)
    return;
  in = frame_view (in, frame_step);
  store (out, ((size_t) blockIdx.z * taps.n_out + ROW) * width + COLUMN,
         bb_sum_rows (&in, &taps, COLUMN, ROW), half);
}

/* out is [frames][height][taps.n_out] */
extern "C" __global__ void
bb_resample_columns (BbView in, ptrdiff_t frame_step, BbTaps taps, int height, void *out, int half)
{
  if (COLUMN >= taps.n_out || ROW >= height)
    return;
  in = frame_view (in, frame_step);
  store (out, ((size_t) blockIdx.z * height + ROW) * taps.n_out + COLUMN,
         bb_sum_columns (&in, &taps, COLUMN, ROW), half);
}

/* out is [frames][height][out_stride], in bytes or, for more than 8 bits, in 16-bit words */
extern "C" __global__ void
bb_compose_plane (BbCompose c, ptrdiff_t background_step, ptrdiff_t foreground_step, int height,
                  void *out, ptrdiff_t out_stride, ptrdiff_t out_frame_step, int deep)
{
  size_t at = (size_t) blockIdx.z * out_frame_step + (size_t) ROW * out_stride + COLUMN;
  int code;

  if (COLUMN >= c.canvas_width || ROW >= height)
    return;
  c.background = frame_view (c.background, background_step);
  c.foreground = frame_view (c.foreground, foreground_step);
  code = bb_quantize (bb_compose (&c, COLUMN, ROW), c.maximum);
  if (deep)
    ((uint16_t *) out)[at] = (uint16_t) code;
  else
    ((uint8_t *) out)[at] = (uint8_t) code;
}

/* out is [height][out_stride], pixels of four bytes or, where deep, of four 16-bit words */
extern "C" __global__ void
bb_present_pixels (BbRgb rgb, int width, int height, void *out, ptrdiff_t out_stride, int deep)
{
  size_t at = (size_t) ROW * out_stride + COLUMN;
  int code[3];

  if (COLUMN >= width || ROW >= height)
    return;
  bb_rgb_pixel (&rgb, COLUMN, ROW, code);
  if (deep)
    ((ushort4 *) out)[at] = make_ushort4 (code[0], code[1], code[2], 0xffff);
  else
    ((uchar4 *) out)[at] = make_uchar4 (code[0], code[1], code[2], 0xff);
}
