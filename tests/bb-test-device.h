/* bb-test-device.h: a device with one plan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device.h"
#include "bb-still.h"

#include <libavutil/rational.h>

G_BEGIN_DECLS

/* A plan for upright or turned frames without a file around them. */
static inline BbPlan *
bb_test_plan_new (const BbRecipe *recipe, const BbFormat *source, BbOrientation orientation,
                  double sample_aspect, const BbFormat *target, GError **error)
{
  AVRational aspect = av_d2q (sample_aspect, 10000);
  BbSourceInfo info = {
    .format = *source,
    .orientation = orientation,
    .sar_num = aspect.num,
    .sar_den = aspect.den,
  };

  BbPlan *plan = bb_plan_new (recipe, &info, target, error);

  if (plan != NULL && !bb_still_add (plan, recipe, error))
    g_clear_pointer (&plan, bb_plan_unref);
  return plan;
}

static inline gboolean
bb_test_device_prepare (BbDevice *device, BbPlan *plan, guint n_frames, GError **error)
{
  return bb_device_prepare (device, &plan, 1, n_frames, error);
}

static inline BbBatch *
bb_test_device_run (BbDevice *device, BbBatch *batch, GCancellable *cancellable, GError **error)
{
  BbBatch *finished = NULL;

  return bb_device_run (device, batch, &finished, cancellable, error) ? finished : NULL;
}

G_END_DECLS
