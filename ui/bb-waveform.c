/* bb-waveform.c: how loud a clip is, as a picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-waveform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct _BbWaveform {
  GArray *peaks; /* of BbPeak */

  /* The picture that was drawn last, and of what it is. */
  GdkTexture *texture;
  BbTimeRange range;
  int width;
  int height;
  GdkRGBA color;
};

/**
 * bb_waveform_new:
 *
 * Returns: (transfer full): a waveform of nothing
 */
BbWaveform *
bb_waveform_new (void)
{
  BbWaveform *self = g_new0 (BbWaveform, 1);

  self->peaks = g_array_new (FALSE, TRUE, sizeof (BbPeak));
  return self;
}

/**
 * bb_waveform_free:
 * @self: (transfer full): a waveform
 */
void
bb_waveform_free (BbWaveform *self)
{
  g_clear_object (&self->texture);
  g_array_unref (self->peaks);
  g_free (self);
}

/**
 * bb_waveform_clear:
 * @self: a waveform
 *
 * Forgets all peaks.
 */
void
bb_waveform_clear (BbWaveform *self)
{
  g_clear_object (&self->texture);
  g_array_set_size (self->peaks, 0);
}

/**
 * bb_waveform_add:
 * @self: a waveform
 * @first: number of the first of more peaks
 * @peaks: (array length=n): the peaks
 * @n: how many
 */
void
bb_waveform_add (BbWaveform *self, guint first, const BbPeak *peaks, guint n)
{
  g_clear_object (&self->texture);
  if (self->peaks->len < first)
    g_array_set_size (self->peaks, first);
  g_array_append_vals (self->peaks, peaks, n);
}

/* The peaks of one column. */
static gboolean
get_column (BbWaveform *self, int x, BbPeak *peak)
{
  double scale = (double) BB_PEAKS_RATE * 1e-9;
  double begin = (double) bb_time_range_get_time (&self->range, (double) x / self->width) * scale;
  double end = (double) bb_time_range_get_time (&self->range, (x + 1.0) / self->width) * scale;
  guint first = (guint) begin;
  guint last = MIN (MAX ((guint) ceil (end), first + 1), self->peaks->len);

  if (first >= last)
    return FALSE;
  *peak = g_array_index (self->peaks, BbPeak, first);
  for (guint i = first + 1; i < last; i++)
    {
      const BbPeak *other = &g_array_index (self->peaks, BbPeak, i);

      peak->low = MIN (peak->low, other->low);
      peak->high = MAX (peak->high, other->high);
    }
  return TRUE;
}

/* How far from the middle a sample is drawn: by the root, so that speech, and not only what is loudest,
 * has a shape. */
static double
get_deviation (gint16 sample)
{
  double root = sqrt (abs (sample) / (double) G_MAXINT16);

  return sample < 0 ? -root : root;
}

static void
draw (BbWaveform *self)
{
  gsize stride = (gsize) self->width * 4;
  guint8 *data = g_malloc0 (stride * (gsize) self->height);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, stride * (gsize) self->height);
  double alpha = self->color.alpha * 255.0;
  const guint8 pixel[4] = {
    (guint8) lrint (self->color.red * alpha),
    (guint8) lrint (self->color.green * alpha),
    (guint8) lrint (self->color.blue * alpha),
    (guint8) lrint (alpha),
  };
  double half = self->height / 2.0;

  for (int x = 0; x < self->width; x++)
    {
      BbPeak peak;
      int top, bottom;

      if (!get_column (self, x, &peak))
        continue;
      top = (int) floor (half - half * get_deviation (peak.high));
      bottom = (int) ceil (half - half * get_deviation (peak.low));
      top = CLAMP (top, 0, self->height - 1);
      for (int y = top; y < CLAMP (bottom, top + 1, self->height); y++)
        memcpy (data + (gsize) y * stride + (gsize) x * 4, pixel, 4);
    }
  self->texture = gdk_memory_texture_new (self->width, self->height,
                                          GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes, stride);
}

/**
 * bb_waveform_snapshot:
 * @self: a waveform
 * @range: what is in view
 * @snapshot: where to draw
 * @strip: what it takes there
 * @color: its color
 * @scale: device pixels a pixel
 */
void
bb_waveform_snapshot (BbWaveform *self, const BbTimeRange *range, GtkSnapshot *snapshot,
                      const graphene_rect_t *strip, const GdkRGBA *color, int scale)
{
  int width = MAX ((int) strip->size.width * scale, 1);
  int height = MAX ((int) strip->size.height * scale, 1);

  if (self->peaks->len == 0)
    return;
  if (self->texture == NULL || width != self->width || height != self->height ||
      range->start != self->range.start || range->span != self->range.span ||
      !gdk_rgba_equal (color, &self->color))
    {
      g_clear_object (&self->texture);
      self->width = width;
      self->height = height;
      self->range = *range;
      self->color = *color;
      draw (self);
    }
  gtk_snapshot_append_texture (snapshot, self->texture, strip);
}
