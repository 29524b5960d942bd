/* bb-error.c: the error domain of the pipeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"

G_DEFINE_QUARK (bb - error - quark, bb_error)
