/* bb-canvas.h: preview of the finished picture, with dragging and comparison
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"
#include "bb-guides.h"
#include "bb-picture-paintable.h"

G_BEGIN_DECLS

#define BB_TYPE_CANVAS (bb_canvas_get_type ())
G_DECLARE_FINAL_TYPE (BbCanvas, bb_canvas, BB, CANVAS, GtkWidget)

void bb_canvas_set_editor (BbCanvas *self, BbEditor *editor);
void bb_canvas_set_source (BbCanvas *self, int width, int height);
void bb_canvas_set_pictures (BbCanvas *self, BbPicture *picture, BbPicture *compared);
void bb_canvas_set_compare (BbCanvas *self, gboolean compare);
void bb_canvas_set_caption (BbCanvas *self, const char *caption);
void bb_canvas_set_guides (BbCanvas *self, const BbGuides *guides);
void bb_canvas_set_cropping (BbCanvas *self, gboolean cropping);
BbRecipe *bb_canvas_make_recipe (BbCanvas *self);
void bb_canvas_set_actual_size (BbCanvas *self, gboolean actual_size);
void bb_canvas_get_picture_shift (BbCanvas *self, double *x, double *y);
void bb_canvas_get_wanted_size (BbCanvas *self, int *width, int *height);
BbPicturePaintable *bb_canvas_get_paintable (BbCanvas *self);

G_END_DECLS
