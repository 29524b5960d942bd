/* bb-thumbnails.h: small pictures of a clip, for a timeline, and of looks of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

/**
 * BbThumbnailFunc:
 * @index: number of the instant or the recipe
 * @picture: what is shown there, or near to it
 * @user_data: data of the function that was called
 *
 * Takes a picture, in the main context of the caller.
 */
typedef void (*BbThumbnailFunc) (guint index, BbPicture *picture, gpointer user_data);

void bb_thumbnails_load_async (GFile *file, const gint64 *times, guint n_times, int height,
                               const BbPresentOptions *options, BbThumbnailFunc func,
                               gpointer func_data, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
void bb_thumbnails_load_looks_async (GFile *file, gint64 time, GPtrArray *recipes, int size,
                                     const BbPresentOptions *options, BbThumbnailFunc func,
                                     gpointer func_data, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean bb_thumbnails_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
