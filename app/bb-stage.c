/* bb-stage.c: what takes how long, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-stage.h"

#include <glib/gi18n.h>

/**
 * bb_stage_find_slowest:
 * @decode: time that a frame takes to be decoded
 * @effect: on the device, in the same unit
 * @encode: to be encoded, 0 where it is not
 * @display: to become a picture on the screen, 0 where it does not
 *
 * Stages run beside each other, so the slowest one is what the others wait for.
 *
 * Returns: the slowest stage, the earlier of two; %BB_STAGE_NONE where all are 0
 */
BbStage
bb_stage_find_slowest (double decode, double effect, double encode, double display)
{
  const double times[] = {
    [BB_STAGE_NONE] = 0.0,       [BB_STAGE_DECODER] = decode, [BB_STAGE_DEVICE] = effect,
    [BB_STAGE_ENCODER] = encode, [BB_STAGE_SCREEN] = display,
  };
  BbStage slowest = BB_STAGE_NONE;

  for (BbStage stage = BB_STAGE_DECODER; stage <= BB_STAGE_SCREEN; stage++)
    if (times[stage] > times[slowest])
      slowest = stage;
  return slowest;
}

static gboolean
is_cpu (const char *device)
{
  return g_str_has_prefix (device, "cpu");
}

/**
 * bb_stage_get_id:
 * @stage: a stage
 * @device: the device's name, as in #BbRenderStats
 *
 * Returns: its name for programs
 */
const char *
bb_stage_get_id (BbStage stage, const char *device)
{
  switch (stage)
    {
    case BB_STAGE_DECODER:
      return "decoder";
    case BB_STAGE_DEVICE:
      return is_cpu (device) ? "cpu" : "gpu";
    case BB_STAGE_ENCODER:
      return "encoder";
    case BB_STAGE_SCREEN:
      return "screen";
    case BB_STAGE_NONE:
    default:
      return "nothing";
    }
}

/**
 * bb_stage_get_name:
 * @stage: a stage
 * @device: the device's name, as in #BbRenderStats
 *
 * Returns: its name for people
 */
const char *
bb_stage_get_name (BbStage stage, const char *device)
{
  switch (stage)
    {
    case BB_STAGE_DECODER:
      /* Translators: what is waited for */
      return C_ ("waits for", "Decoder");
    case BB_STAGE_DEVICE:
      return is_cpu (device) ? C_ ("waits for", "CPU") : C_ ("waits for", "GPU");
    case BB_STAGE_ENCODER:
      return C_ ("waits for", "Encoder");
    case BB_STAGE_SCREEN:
      return C_ ("waits for", "Screen");
    case BB_STAGE_NONE:
    default:
      return "–";
    }
}

/**
 * bb_stage_format_time:
 * @milliseconds: a time
 *
 * Returns: (transfer full): the time for people, in microseconds where it is less than a millisecond, as a GPU's are
 */
char *
bb_stage_format_time (double milliseconds)
{
  if (milliseconds <= 0.0)
    return g_strdup ("–");
  if (milliseconds >= 0.9995)
    /* Translators: milliseconds */
    return g_strdup_printf (_ ("%.1f ms"), milliseconds);
  /* Translators: microseconds */
  return g_strdup_printf (_ ("%.0f µs"), MAX (milliseconds * 1000.0, 1.0));
}
