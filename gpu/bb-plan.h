/* bb-plan.h: everything of a render that is computed once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"
#include "bb-recipe.h"
#include "bb-source-info.h"
#include "bb-taps.h"

G_BEGIN_DECLS

/**
 * BbLogoPlane:
 * @left: first canvas column of the logo
 * @top: first canvas row of it
 * @width: columns of it that are on the canvas; 0 where there is no logo
 * @height: rows of it that are on the canvas
 * @ink: (nullable): `[height][width]`, what it adds, in codes
 * @keep: (nullable): `[height][width]`, what it leaves of the picture below, 0 to 1
 *
 * The logo in one plane: a finished sample v becomes v * keep + ink.
 */
typedef struct {
  int left;
  int top;
  int width;
  int height;
  float *ink;
  float *keep;
} BbLogoPlane;

/**
 * BbPlanPlane:
 * @source_width: samples in a row of the upright source plane
 * @source_height: rows of the upright source plane
 * @crop_x: first column of the part that becomes background
 * @crop_y: first row of it
 * @crop_width: columns of it
 * @crop_height: rows of it
 * @direct: whether the gaussian is so small that it is computed for each canvas sample: @reduce_y
 *   and @up_x are all there is, and @up_y copies
 * @reduce_y: (optional) first stage of the background, crop rows to fewer rows
 * @reduce_x: (optional) second stage
 * @blur_y: (optional) third stage, the small gaussian; absent where what is mirrored stays sharp
 * @blur_x: (optional) fourth stage
 * @up_y: last stage, back up to canvas rows
 * @up_x: last stage, to canvas columns
 * @width: columns of the canvas plane
 * @height: rows of the canvas plane
 * @foreground_y: source rows to those of the foreground that are on the canvas
 * @foreground_x: source columns to those of the foreground that are on the canvas
 * @left: first canvas column of the foreground
 * @top: first canvas row of the foreground
 * @foreground_width: columns of the foreground on the canvas; 0 where none is
 * @foreground_height: rows of the foreground on the canvas
 * @alpha: (nullable): `[height][width]`, coverage of the foreground
 * @shade: (nullable): `[height][width]`, what the shadow leaves of the background
 * @opaque_first: (nullable): per canvas row, first column of the opaque span of @alpha
 * @opaque_last: (nullable): per canvas row, one past the last column of it
 * @bias: added to the background, whose dimming is in the weights of @up_y
 * @black: code that the shadow goes to
 * @still: (nullable): `[height][width]`, a background that is the same in each frame, in codes, not
 *   rounded; of g_atomic_rc_box_alloc()
 * @logo: what lies over all
 *
 * What to do to one plane. Taps of the background count from the crop's corner.
 */
typedef struct {
  int source_width;
  int source_height;

  int crop_x;
  int crop_y;
  int crop_width;
  int crop_height;
  gboolean direct;
  BbTaps reduce_y;
  BbTaps reduce_x;
  BbTaps blur_y;
  BbTaps blur_x;
  BbTaps up_y;
  BbTaps up_x;

  int width;
  int height;
  BbTaps foreground_y;
  BbTaps foreground_x;
  int left;
  int top;
  int foreground_width;
  int foreground_height;

  float *alpha;
  float *shade;
  int *opaque_first;
  int *opaque_last;

  float bias;
  float black;

  float *still;
  BbLogoPlane logo;
} BbPlanPlane;

/**
 * BbPlan:
 * @source: format of the frames that come in
 * @orientation: how they are turned upright, and then as the recipe says
 * @finished: format of the frames that go out
 * @precision: how samples are kept between stages
 * @flat: whether the background is made without the source: of one color, or the same in each frame
 * @mirrored: whether the background is made of the foreground as it is on the canvas, which is the
 *   plane that is cropped and reduced then
 * @generation: generation of the recipe
 * @plane: per plane
 * @frame_bytes: bytes that a device needs for each frame of a batch: source, target and what is
 *   kept between stages. What frames share is the plan's own, in the host's memory, and is copied to a
 *   GPU with its tables
 *
 * A recipe for one source, worked out: rectangles, taps, weights, masks. Reference-counted and
 * immutable, so that threads share it.
 */
typedef struct {
  BbFormat source;
  BbOrientation orientation;
  BbFormat finished;
  BbPrecision precision;
  gboolean flat;
  gboolean mirrored;
  guint64 generation;
  BbPlanPlane plane[BB_N_PLANES];
  gsize frame_bytes;

  /*< private >*/
  gatomicrefcount refs;
} BbPlan;

BbPlan *bb_plan_new (const BbRecipe *recipe, const BbSourceInfo *info, const BbFormat *target,
                     GError **error);
BbPlan *bb_plan_ref (BbPlan *plan);
void bb_plan_unref (BbPlan *plan);
BbView bb_plan_get_view (const BbPlan *plan, int plane, gconstpointer data, int stride);
void bb_plan_get_intermediate (const BbPlan *plan, int plane, int *reduced_width,
                               int *reduced_height, int *blurred_width, int *blurred_height);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbPlan, bb_plan_unref)

G_END_DECLS
