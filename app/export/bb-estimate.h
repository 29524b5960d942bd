/* bb-estimate.h: how large a file will become
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

/**
 * BbEstimateFunc:
 * @bytes: size of the finished file, as far as is known by now
 * @user_data: data of bb_estimate_async()
 *
 * Called with a first guess, and with a better one after each part of the clip.
 */
typedef void (*BbEstimateFunc) (gint64 bytes, gpointer user_data);

void bb_estimate_async (GFile *input, BbRecipe *recipe, const char *extension,
                        GCancellable *cancellable, BbEstimateFunc progress,
                        GAsyncReadyCallback callback, gpointer user_data);
gint64 bb_estimate_finish (GAsyncResult *result, GError **error);

G_END_DECLS
