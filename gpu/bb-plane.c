/* bb-plane.c: resampling of a plane that is the same in each frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-plane.h"

#include "cpu/bb-sampler.h"

#include <stdlib.h>
#include <string.h>

/**
 * bb_plane_resample:
 * @y: taps along columns; absent where rows stay
 * @x: taps along rows; absent where columns stay
 * @in: `[height][width]`
 * @width: samples in a row
 * @height: rows
 * @initial: added to each sample
 *
 * Returns: (transfer full): what both stages make, row after row
 */
float *
bb_plane_resample (const BbTaps *y, const BbTaps *x, const float *in, int width, int height,
                   float initial)
{
  BbSamplerTaps taps;
  BbView view = { in, 1, width, BB_SAMPLE_F32 };
  int out_width = x->n_taps > 0 ? x->n_out : width;
  int out_height = y->n_taps > 0 ? y->n_out : height;
  float *out = g_new (float, (gsize) out_width *(gsize) out_height);
  float *room = bb_rows_new (1, MAX (width, out_width) + 2 * BB_ROW_PADDING);
  BbSampler *sampler;

  bb_sampler_taps_init (&taps, y, x, width, height);
  sampler = bb_sampler_new (&taps);
  bb_sampler_start (sampler, &view);
  for (int i = 0; i < out_height; i++)
    {
      const float *row = bb_sampler_peek_row (sampler, i, initial, 0, out_width, room);

      memcpy (out + (gsize) i * (gsize) out_width, row, (gsize) out_width * sizeof (float));
    }
  bb_sampler_free (sampler);
  bb_sampler_taps_clear (&taps);
  free (room);
  return out;
}
