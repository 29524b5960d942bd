/* bb-device.h: where the pictures are computed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device-media.h"
#include "bb-frame.h"
#include "bb-picture.h"
#include "bb-plan.h"

G_BEGIN_DECLS

/**
 * BbBatch:
 * @n_frames: how many
 * @frame: `[n_frames]`, each with its planes, time and duration
 *
 * Frames of one format on one device, [N, C, H, W].
 */
typedef struct {
  guint n_frames;
  BbFrame **frame;
} BbBatch;

BbBatch *bb_batch_new (guint n_frames);
void bb_batch_free (BbBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbBatch, bb_batch_free)

#define BB_TYPE_DEVICE (bb_device_get_type ())
G_DECLARE_DERIVABLE_TYPE (BbDevice, bb_device, BB, DEVICE, GObject)

/**
 * BbDeviceClass:
 * @memory: where its frames are
 * @media: (nullable): what FFmpeg needs of it
 * @prepare: gets ready to run plans of one source on batches of up to so many frames
 * @upload: brings frames onto the device, once for all plans; takes them over
 * @run: makes a batch of finished frames for each plan
 * @download: starts to bring finished frames to host memory
 * @present: (nullable): makes a picture for the screen of a finished frame. Without it the frame is
 *   downloaded and the host does it
 * @get_chunk: frames that it works on at once; a batch is handed to it in such parts
 * @get_memory_left: bytes that may still be allocated
 * @get_memory_used: (nullable): bytes of its memory that are in use by this program. Without it the
 *   device works in the host's memory
 * @get_memory_needed: (nullable): bytes that batches of up to so many frames take. Without it they are
 *   what the plan says, twice
 * @get_description: what the device is, for people
 * @get_seconds: (nullable): time that the device worked so far, where it does so beside the host.
 *   Without it that is the time that the calls took
 * @get_cpu_seconds: processor time of the host taken by @run so far
 *
 * What a device does. One thread at a time uses a device.
 */
struct _BbDeviceClass {
  GObjectClass parent_class;

  BbMemory memory;
  const BbDeviceMedia *media;

  gboolean (*prepare) (BbDevice *self, BbPlan *const *plans, guint n_plans, guint n_frames,
                       GError **error);
  BbBatch *(*upload) (BbDevice *self, BbBatch *batch, GError **error);
  gboolean (*run) (BbDevice *self, BbBatch *batch, BbBatch **finished, GCancellable *cancellable,
                   GError **error);
  BbBatch *(*download) (BbDevice *self, BbBatch *batch, GError **error);
  BbPicture *(*present) (BbDevice *self, BbFrame *frame, const BbPresentOptions *options,
                         GError **error);
  guint (*get_chunk) (BbDevice *self);
  guint64 (*get_memory_left) (BbDevice *self);
  guint64 (*get_memory_used) (BbDevice *self);
  guint64 (*get_memory_needed) (BbDevice *self, BbPlan *plan, guint n_frames);
  const char *(*get_description) (BbDevice *self);
  const char *(*get_arithmetic) (BbDevice *self);
  double (*get_seconds) (BbDevice *self);
  double (*get_cpu_seconds) (BbDevice *self);
};

BbRecipe *bb_device_settle (BbDevice *self, const BbRecipe *recipe);
gboolean bb_device_prepare (BbDevice *self, BbPlan *const *plans, guint n_plans, guint n_frames,
                            GError **error);
BbBatch *bb_device_upload (BbDevice *self, BbBatch *batch, GError **error);
gboolean bb_device_run (BbDevice *self, BbBatch *batch, BbBatch **finished,
                        GCancellable *cancellable, GError **error);
BbFrame *bb_device_download (BbDevice *self, BbFrame *frame, GError **error);
BbBatch *bb_device_download_batch (BbDevice *self, BbBatch *batch, GError **error);
BbPicture *bb_device_present (BbDevice *self, BbFrame *frame, const BbPresentOptions *options,
                              GError **error);
BbMemory bb_device_get_memory (BbDevice *self);
guint bb_device_get_chunk (BbDevice *self);
guint64 bb_device_get_memory_left (BbDevice *self);
guint64 bb_device_get_memory_used (BbDevice *self);
guint64 bb_device_get_memory_needed (BbDevice *self, BbPlan *plan, guint n_frames);
const char *bb_device_get_description (BbDevice *self);
const char *bb_device_get_arithmetic (BbDevice *self);
const char *bb_device_get_notice (BbDevice *self);
void bb_device_set_notice (BbDevice *self, char *notice);
const BbDeviceMedia *bb_device_get_media (BbDevice *self);
double bb_device_get_seconds (BbDevice *self);
double bb_device_get_cpu_seconds (BbDevice *self);

G_END_DECLS
