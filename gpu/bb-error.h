/* bb-error.h: the error domain of the pipeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbError:
 * @BB_ERROR_INVALID: a value of a recipe is out of range or settings contradict each other
 * @BB_ERROR_INPUT: the source cannot be opened, read or decoded
 * @BB_ERROR_OUTPUT: the target cannot be made or written
 * @BB_ERROR_ENCODER: the encoder or container cannot do what was asked
 * @BB_ERROR_DEVICE: the device cannot do the work
 * @BB_ERROR_MEMORY: not enough memory on the device or the host
 * @BB_ERROR_EXISTS: the target is there already and overwriting was not asked for
 * @BB_ERROR_SPACE: there is no space left for the target
 * @BB_ERROR_PLAN: a planned render is not of this source, recipe or build
 * @BB_ERROR_MISSING: segments of a planned render are not there yet
 *
 * Errors of the pipeline. Every message says what happened, to which file, and what to do.
 * A cancelled call gives %G_IO_ERROR_CANCELLED instead.
 */
typedef enum {
  BB_ERROR_INVALID,
  BB_ERROR_INPUT,
  BB_ERROR_OUTPUT,
  BB_ERROR_ENCODER,
  BB_ERROR_DEVICE,
  BB_ERROR_MEMORY,
  BB_ERROR_EXISTS,
  BB_ERROR_SPACE,
  BB_ERROR_PLAN,
  BB_ERROR_MISSING,
} BbError;

#define BB_ERROR (bb_error_quark ())
GQuark bb_error_quark (void);

G_END_DECLS
