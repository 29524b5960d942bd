/* bb-source.h: pictures out of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-frame.h"
#include "bb-source-info.h"

G_BEGIN_DECLS

typedef struct _BbSource BbSource;
typedef struct _BbDevice BbDevice;

/**
 * BbSourcePassing:
 * @wants: whether the frame that is shown at a time, nanoseconds from the source's start, is wanted
 * @take: takes it; its duration is a guess
 * @user_data: data for both
 *
 * Who wants to see frames on the way to one that is sought. Called by who reads, while it reads.
 */
typedef struct {
  gboolean (*wants) (gint64 time, gpointer user_data);
  void (*take) (BbFrame *frame, gpointer user_data);
  gpointer user_data;
} BbSourcePassing;

BbSource *bb_source_new (const char *path, GError **error);
void bb_source_free (BbSource *source);
const char *bb_source_get_path (BbSource *source);
const BbSourceInfo *bb_source_get_info (BbSource *source);
gboolean bb_source_set_tone_map (BbSource *source, gboolean tone_map, GError **error);
gboolean bb_source_set_device (BbSource *source, BbDevice *device, gboolean keeps,
                               GCancellable *cancellable, GError **error);
guint bb_source_get_n_held (BbSource *source);
const char *bb_source_get_notice (BbSource *source);
const char *bb_source_get_shape_notice (BbSource *source);
char *bb_source_describe_shortfall (BbSource *source, gint64 end, GCancellable *cancellable);
gboolean bb_source_seek (BbSource *source, gint64 time, GCancellable *cancellable, GError **error);
gboolean bb_source_seek_near (BbSource *source, gint64 time, GCancellable *cancellable,
                              GError **error);
gboolean bb_source_reach (BbSource *source, gint64 time, GCancellable *cancellable, GError **error);
void bb_source_set_passing (BbSource *source, const BbSourcePassing *passing);
gboolean bb_source_preroll (BbSource *source, GCancellable *cancellable, GError **error);
BbFrame *bb_source_read (BbSource *source, GCancellable *cancellable, GError **error);
guint bb_source_get_n_corrupt (BbSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbSource, bb_source_free)

G_END_DECLS
