/* bb-filmstrip.c: pictures of a clip side by side
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The clip is divided into cells, each with the picture of its middle: as many as fit where all of it is
 * shown, and twice as many each time that twice as much fits, down to single frames, so that scrolling and
 * zooming find again what is there. Where a picture is not there yet, the nearest one stands in.
 */

#include "bb-filmstrip.h"

#include <math.h>

#define MOST_VISIBLE 64
/* Some hundred pictures of 10 to 20 KiB. */
#define MOST_KEPT 512

typedef struct {
  gint64 time;
  GdkTexture *texture;
} Picture;

struct _BbFilmstrip {
  GArray *pictures; /* of Picture, in order */
  gint64 frame_duration;
  double aspect;
};

static void
clear_picture (gpointer data)
{
  g_object_unref (((Picture *) data)->texture);
}

/**
 * bb_filmstrip_new:
 *
 * Returns: (transfer full): a strip without pictures
 */
BbFilmstrip *
bb_filmstrip_new (void)
{
  BbFilmstrip *self = g_new0 (BbFilmstrip, 1);

  self->pictures = g_array_new (FALSE, FALSE, sizeof (Picture));
  g_array_set_clear_func (self->pictures, clear_picture);
  self->aspect = 16.0 / 9.0;
  return self;
}

/**
 * bb_filmstrip_free:
 * @self: (transfer full): a strip
 */
void
bb_filmstrip_free (BbFilmstrip *self)
{
  g_array_unref (self->pictures);
  g_free (self);
}

/**
 * bb_filmstrip_set_clip:
 * @self: a strip
 * @frame_duration: nanoseconds a frame of another clip; 0 where unknown
 * @aspect: width of its pictures over their height
 *
 * Forgets all pictures.
 */
void
bb_filmstrip_set_clip (BbFilmstrip *self, gint64 frame_duration, double aspect)
{
  g_array_set_size (self->pictures, 0);
  self->frame_duration = frame_duration;
  self->aspect = aspect;
}

/* How much of the clip a cell is. */
static double
get_cell (BbFilmstrip *self, const BbTimeRange *range, double width, double height)
{
  double n = CLAMP (ceil (width / MAX (height * self->aspect, 16.0)), 1.0, MOST_VISIBLE);
  double halvings = ceil (log2 ((double) range->duration / (double) range->span) - 1e-9);
  double cell = (double) range->duration / n / exp2 (MAX (halvings, 0.0));

  return MAX (cell, (double) MAX (self->frame_duration, 1));
}

/* Where the first picture is that is not before @time. */
static guint
find (BbFilmstrip *self, gint64 time)
{
  guint low = 0;
  guint high = self->pictures->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->pictures, Picture, middle).time < time)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static const Picture *
find_nearest (BbFilmstrip *self, gint64 time)
{
  guint i = find (self, time);
  const Picture *after =
    i < self->pictures->len ? &g_array_index (self->pictures, Picture, i) : NULL;
  const Picture *before = i > 0 ? &g_array_index (self->pictures, Picture, i - 1) : NULL;

  if (before == NULL || after == NULL)
    return before != NULL ? before : after;
  return time - before->time < after->time - time ? before : after;
}

typedef struct {
  double cell;
  gint64 first; /* number of the first cell in view */
  gint64 n;
} Cells;

static Cells
get_cells (BbFilmstrip *self, const BbTimeRange *range, double width, double height)
{
  Cells cells = { .cell = get_cell (self, range, width, height) };
  double first = floor ((double) range->start / cells.cell + 1e-6);
  double last = ceil ((double) (range->start + range->span) / cells.cell - 1e-6);

  cells.first = (gint64) first;
  cells.n = (gint64) CLAMP (last - first, 0.0, 4.0 * MOST_VISIBLE);
  return cells;
}

static gint64
get_middle (const Cells *cells, gint64 i, const BbTimeRange *range)
{
  return MIN (llrint (((double) (cells->first + i) + 0.5) * cells->cell), range->duration);
}

/**
 * bb_filmstrip_get_missing:
 * @self: a strip
 * @range: what is in view
 * @width: pixels that it takes
 * @height: the same
 * @n: (out): how many instants
 *
 * Returns: (transfer full) (array length=n): instants of the pictures in view that are not there yet
 */
gint64 *
bb_filmstrip_get_missing (BbFilmstrip *self, const BbTimeRange *range, double width, double height,
                          guint *n)
{
  Cells cells;
  gint64 *times;

  *n = 0;
  if (range->duration <= 0 || width <= 0)
    return NULL;
  cells = get_cells (self, range, width, height);
  times = g_new (gint64, (gsize) cells.n + 1);
  for (gint64 i = 0; i < cells.n; i++)
    {
      gint64 time = get_middle (&cells, i, range);
      const Picture *nearest = find_nearest (self, time);

      if (nearest == NULL || nearest->time != time)
        times[(*n)++] = time;
    }
  return times;
}

/**
 * bb_filmstrip_add:
 * @self: a strip
 * @range: what is in view; what is furthest from there goes where there is no room
 * @time: one of the instants that were missing
 * @texture: its picture
 */
void
bb_filmstrip_add (BbFilmstrip *self, const BbTimeRange *range, gint64 time, GdkTexture *texture)
{
  Picture picture = { time, g_object_ref (texture) };
  GArray *pictures = self->pictures;
  gint64 middle = range->start + range->span / 2;
  guint i = find (self, time);

  if (i < pictures->len && g_array_index (pictures, Picture, i).time == time)
    g_array_remove_index (pictures, i);
  g_array_insert_val (pictures, i, picture);
  if (pictures->len > MOST_KEPT)
    {
      gint64 before = middle - g_array_index (pictures, Picture, 0).time;
      gint64 after = g_array_index (pictures, Picture, pictures->len - 1).time - middle;

      g_array_remove_index (pictures, before > after ? 0 : pictures->len - 1);
    }
}

/**
 * bb_filmstrip_snapshot:
 * @self: a strip
 * @range: what is in view
 * @snapshot: where to draw
 * @strip: what it takes there; whoever calls clips to it
 *
 * Draws the pictures, each in the middle of its cell and cut to it.
 */
void
bb_filmstrip_snapshot (BbFilmstrip *self, const BbTimeRange *range, GtkSnapshot *snapshot,
                       const graphene_rect_t *strip)
{
  double scale;
  Cells cells;

  if (range->duration <= 0 || self->pictures->len == 0)
    return;
  cells = get_cells (self, range, strip->size.width, strip->size.height);
  scale = strip->size.width / (double) range->span;
  for (gint64 i = 0; i < cells.n; i++)
    {
      GdkTexture *texture = find_nearest (self, get_middle (&cells, i, range))->texture;
      double begin = (double) (cells.first + i) * cells.cell - (double) range->start;
      float share = (float) (cells.cell * scale);
      graphene_rect_t cell = GRAPHENE_RECT_INIT (strip->origin.x + (float) (begin * scale),
                                                 strip->origin.y, share, strip->size.height);
      float aspect =
        (float) gdk_texture_get_width (texture) / (float) gdk_texture_get_height (texture);
      float width = MAX (share, cell.size.height * aspect);
      float height = width / aspect;

      gtk_snapshot_push_clip (snapshot, &cell);
      gtk_snapshot_append_texture (
        snapshot, texture,
        &GRAPHENE_RECT_INIT (cell.origin.x + (share - width) / 2,
                             cell.origin.y + (cell.size.height - height) / 2, width, height));
      gtk_snapshot_pop (snapshot);
    }
}
