/* bb-crop-view.h: what is left of the source, chosen on it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-editor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_CROP_VIEW (bb_crop_view_get_type ())
G_DECLARE_FINAL_TYPE (BbCropView, bb_crop_view, BB, CROP_VIEW, GtkWidget)

GtkWidget *bb_crop_view_new (void);
void bb_crop_view_set_editor (BbCropView *self, BbEditor *editor);
void bb_crop_view_set_area (BbCropView *self, const graphene_rect_t *area);
int bb_crop_view_get_bar_height (BbCropView *self);
void bb_crop_view_start (BbCropView *self);
void bb_crop_view_stop (BbCropView *self);
void bb_crop_view_get_size (const BbRecipeValues *recipe, int width, int height, int *canvas_width,
                            int *canvas_height);
BbRecipe *bb_crop_view_make_recipe (BbRecipe *recipe, int width, int height);

G_END_DECLS
