/* bb-filmstrip.h: pictures of a clip side by side
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-time-range.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * BbFilmstrip:
 *
 * The pictures of a timeline by their instants, whatever part of the clip is shown.
 */
typedef struct _BbFilmstrip BbFilmstrip;

BbFilmstrip *bb_filmstrip_new (void);
void bb_filmstrip_free (BbFilmstrip *self);
void bb_filmstrip_set_clip (BbFilmstrip *self, gint64 frame_duration, double aspect);
gint64 *bb_filmstrip_get_missing (BbFilmstrip *self, const BbTimeRange *range, double width,
                                  double height, guint *n);
void bb_filmstrip_add (BbFilmstrip *self, const BbTimeRange *range, gint64 time,
                       GdkTexture *texture);
void bb_filmstrip_snapshot (BbFilmstrip *self, const BbTimeRange *range, GtkSnapshot *snapshot,
                            const graphene_rect_t *strip);

G_END_DECLS
