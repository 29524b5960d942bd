/* bb-lines.c: lines of subtitles that overlap, for containers that show one sample at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sample of MP4 is shown until the next one. Lines that overlap therefore share samples: a new
 * one begins wherever a line begins or ends, with all that is shown from there on, and it is empty
 * where nothing is.
 */

#include "bb-lines.h"

#include <libavutil/intreadwrite.h>

#include <string.h>

typedef struct {
  GBytes *data;
  gint64 begins, ends;
  gboolean until_next;
} Line;

struct _BbLines {
  GArray *lines; /* of Line, as they came */
  gint64 at;     /* of the last sample */
};

static void
clear_line (gpointer data)
{
  Line *line = data;

  g_bytes_unref (line->data);
}

/**
 * bb_lines_new:
 *
 * Returns: (transfer full): a track without lines
 */
BbLines *
bb_lines_new (void)
{
  BbLines *self = g_new0 (BbLines, 1);

  self->lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_array_set_clear_func (self->lines, clear_line);
  self->at = G_MININT64;
  return self;
}

/**
 * bb_lines_free:
 * @lines: (transfer full) (nullable): a track
 */
void
bb_lines_free (BbLines *lines)
{
  if (lines == NULL)
    return;
  g_array_unref (lines->lines);
  g_free (lines);
}

/**
 * bb_lines_add:
 * @lines: a track
 * @packet: a line in the form of `mov_text`, with its duration
 * @until_next: whether it ends where the next one begins, at the latest
 *
 * Adds a line. Samples before it must have been taken; where that is too late it begins right after
 * the last one.
 */
void
bb_lines_add (BbLines *lines, const AVPacket *packet, gboolean until_next)
{
  Line line = { g_bytes_new (packet->data, (gsize) packet->size), packet->pts,
                av_sat_add64 (packet->pts, packet->duration), until_next };

  if (line.begins <= lines->at)
    line.begins = lines->at + 1;
  for (guint i = 0; i < lines->lines->len; i++)
    {
      Line *other = &g_array_index (lines->lines, Line, i);

      if (other->until_next && other->begins < line.begins)
        other->ends = MIN (other->ends, line.begins);
    }
  g_array_append_val (lines->lines, line);
}

/* When something begins or ends next. */
static gint64
get_next (BbLines *self)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = &g_array_index (self->lines, Line, i);

      if (line->begins > self->at)
        next = MIN (next, line->begins);
      else
        next = MIN (next, MAX (line->ends, self->at + 1));
    }
  return next;
}

/* What is shown now; a line alone keeps its styles. */
static gboolean
fill (BbLines *self, AVPacket *out)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint n = 0;

  g_byte_array_append (all, (const guint8 *) "\0", 2);
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = &g_array_index (self->lines, Line, i);
      gsize size;
      const guint8 *data = g_bytes_get_data (line->data, &size);
      guint length = size >= 2 ? MIN (AV_RB16 (data), (guint) size - 2) : 0;

      if (line->begins > self->at || length == 0 || all->len + length > G_MAXUINT16)
        continue;
      if (n++ == 0)
        g_byte_array_append (all, data + 2, (guint) size - 2);
      else
        {
          /* Styles follow the text of the first, and count its characters. */
          g_byte_array_set_size (all, 2 + AV_RB16 (all->data));
          g_byte_array_append (all, (const guint8 *) "\n", 1);
          g_byte_array_append (all, data + 2, length);
        }
      AV_WB16 (all->data, n == 1 ? length : all->len - 2);
    }
  if (av_new_packet (out, (int) all->len) < 0)
    return FALSE;
  memcpy (out->data, all->data, all->len);
  return TRUE;
}

/**
 * bb_lines_get:
 * @lines: a track
 * @before: a time
 * @out: an empty packet, to be filled
 *
 * Takes the next sample that begins before @before.
 *
 * Returns: whether there is one
 */
gboolean
bb_lines_get (BbLines *lines, gint64 before, AVPacket *out)
{
  gint64 next = get_next (lines);

  if (next >= before)
    return FALSE;
  lines->at = next;
  for (guint i = lines->lines->len; i-- > 0;)
    if (g_array_index (lines->lines, Line, i).ends <= next)
      g_array_remove_index (lines->lines, i);
  if (!fill (lines, out))
    return FALSE;
  out->pts = out->dts = next;
  out->flags |= AV_PKT_FLAG_KEY;
  next = get_next (lines);
  out->duration = next != G_MAXINT64 ? next - lines->at : 0;
  return TRUE;
}
