/* reference.h: the picture arithmetic once more, slow, in double precision
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shares no code with the pipeline: matrices along each axis, out of the definitions.
 */

#pragma once

#include "bb-frame.h"
#include "bb-recipe.h"

/* One plane of doubles, `[height][width]` */
typedef struct {
  int width;
  int height;
  double *sample;
} RefPlane;

RefPlane ref_plane_new (int width, int height);
void ref_plane_clear (RefPlane *plane);
double ref_gaussian (double x);
double ref_catmull_rom (double x);
RefPlane ref_resample (const RefPlane *in, double (*kernel) (double), double support,
                       const double origin[2], const double step[2], const double width[2],
                       const int first[2], const int last[2], const int n_out[2]);
RefPlane ref_upright (const BbFrame *frame, BbOrientation orientation, int plane);
void ref_render (const BbRecipeValues *values, const BbFrame *frame, BbOrientation orientation,
                 double sample_aspect, const BbFormat *target, RefPlane out[BB_N_PLANES]);
void ref_render_on (const BbRecipeValues *values, const BbFrame *frame, BbOrientation orientation,
                    double sample_aspect, const BbFormat *target, const RefPlane still[BB_N_PLANES],
                    RefPlane out[BB_N_PLANES]);
RefPlane ref_cover (const RefPlane *in, const BbRecipeValues *values, const BbFormat *target,
                    int plane);
double ref_chroma_site (const BbFormat *format, gboolean vertical);
double ref_largest_difference (const RefPlane planes[BB_N_PLANES], const BbFrame *frame);
int ref_get_code (const BbFrame *frame, int plane, int x, int y);
void ref_set_code (BbFrame *frame, int plane, int x, int y, int code);
