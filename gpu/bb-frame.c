/* bb-frame.c: one picture and its time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-frame.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

/* Rows start on cache lines, and a vector load at the end of a row stays inside the buffer. */
#define ALIGNMENT 64

struct _BbFramePool {
  BbFormat format;

  gatomicrefcount refs;
  GMutex lock;
  GQueue idle; /* of sample buffers */
};

typedef struct {
  BbFramePool *pool;
  gpointer buffer;
} PoolOwner;

static gsize
layout (const BbFormat *format, int stride[BB_N_PLANES], gsize offset[BB_N_PLANES])
{
  gsize size = 0;

  for (int p = 0; p < BB_N_PLANES; p++)
    {
      gsize row = (gsize) bb_format_get_plane_width (format, p) * (format->depth > 8 ? 2 : 1);

      row = (row + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      stride[p] = (int) row;
      offset[p] = size;
      size += row * (gsize) bb_format_get_plane_height (format, p);
    }
  return size + ALIGNMENT;
}

static gpointer
allocate (const BbFormat *format, GError **error)
{
  int stride[BB_N_PLANES];
  gsize offset[BB_N_PLANES];
  gsize size = layout (format, stride, offset);
  gpointer buffer = NULL;

  if (posix_memalign (&buffer, ALIGNMENT, size) != 0)
    {
      g_autofree char *shown = g_format_size (size);

      g_set_error (
        error, BB_ERROR, BB_ERROR_MEMORY,
        /* Translators: width, height, and a size such as “12.4 MB” */
        _ ("Not enough memory for a frame of %d×%d (%s): choose a smaller canvas or batch"),
        format->width, format->height, shown);
      return NULL;
    }
  return buffer;
}

static BbFrame *
wrap_buffer (const BbFormat *format, gpointer buffer, gpointer owner, GDestroyNotify release)
{
  BbFrame *frame = bb_frame_new_wrapped (format, owner, release);
  gsize offset[BB_N_PLANES];

  layout (format, frame->stride, offset);
  for (int p = 0; p < BB_N_PLANES; p++)
    frame->data[p] = (guint8 *) buffer + offset[p];
  return frame;
}

/**
 * bb_frame_new_wrapped:
 * @format: what the samples mean
 * @owner: (transfer full): whatever keeps the samples alive
 * @release: frees @owner, on any thread
 *
 * Makes a frame around samples that are there already. The caller fills in `data` and `stride`.
 *
 * Returns: (transfer full): a frame
 */
BbFrame *
bb_frame_new_wrapped (const BbFormat *format, gpointer owner, GDestroyNotify release)
{
  BbFrame *frame = g_new0 (BbFrame, 1);

  g_atomic_ref_count_init (&frame->refs);
  frame->format = *format;
  frame->owner = owner;
  frame->release = release;
  return frame;
}

/**
 * bb_frame_new:
 * @format: what the samples mean
 * @error: return location for an error
 *
 * Allocates a frame of its own, its samples undefined. Rows are aligned to 64 bytes.
 *
 * Returns: (transfer full): a frame, or %NULL with %BB_ERROR_MEMORY
 */
BbFrame *
bb_frame_new (const BbFormat *format, GError **error)
{
  gpointer buffer = allocate (format, error);

  return buffer == NULL ? NULL : wrap_buffer (format, buffer, buffer, free);
}

/**
 * bb_frame_ref:
 * @frame: a frame
 *
 * Returns: (transfer full): @frame
 */
BbFrame *
bb_frame_ref (BbFrame *frame)
{
  g_atomic_ref_count_inc (&frame->refs);
  return frame;
}

/**
 * bb_frame_unref:
 * @frame: (transfer full): a frame
 *
 * Drops a reference; with the last one the samples go back to whoever owns them.
 */
void
bb_frame_unref (BbFrame *frame)
{
  if (!g_atomic_ref_count_dec (&frame->refs))
    return;
  if (frame->release != NULL)
    frame->release (frame->owner);
  g_clear_pointer (&frame->captions, g_bytes_unref);
  g_free (frame);
}

/**
 * bb_frame_copy_props:
 * @frame: a frame that was not handed on yet
 * @from: the frame that it is made of
 *
 * Hands on what goes with the picture: its time, its duration and its captions.
 */
void
bb_frame_copy_props (BbFrame *frame, const BbFrame *from)
{
  frame->pts = from->pts;
  frame->duration = from->duration;
  g_clear_pointer (&frame->captions, g_bytes_unref);
  if (from->captions != NULL)
    frame->captions = g_bytes_ref (from->captions);
}

/**
 * bb_frame_wait:
 * @frame: a frame
 * @error: return location for an error
 *
 * Waits until the samples are there: those of a frame in host memory may still be on their way from
 * a device, see bb_device_download_batch(). Any thread may.
 *
 * Returns: %TRUE, or %FALSE with the error that kept them from coming
 */
gboolean
bb_frame_wait (BbFrame *frame, GError **error)
{
  return frame->wait == NULL || frame->wait (frame->owner, error);
}

/**
 * bb_frame_pool_new:
 * @format: format of the frames
 *
 * Returns: (transfer full): a pool that has allocated nothing yet
 */
BbFramePool *
bb_frame_pool_new (const BbFormat *format)
{
  BbFramePool *pool = g_new0 (BbFramePool, 1);

  g_atomic_ref_count_init (&pool->refs);
  g_mutex_init (&pool->lock);
  g_queue_init (&pool->idle);
  pool->format = *format;
  return pool;
}

static void
give_back (gpointer data)
{
  PoolOwner *owner = data;

  g_mutex_lock (&owner->pool->lock);
  g_queue_push_head (&owner->pool->idle, owner->buffer);
  g_mutex_unlock (&owner->pool->lock);
  bb_frame_pool_unref (owner->pool);
  g_free (owner);
}

/**
 * bb_frame_pool_acquire:
 * @pool: a pool
 * @error: return location for an error
 *
 * Takes a frame out of the pool, or allocates one where none is idle.
 *
 * Returns: (transfer full): a frame with undefined samples, or %NULL with %BB_ERROR_MEMORY
 */
BbFrame *
bb_frame_pool_acquire (BbFramePool *pool, GError **error)
{
  gpointer buffer;
  PoolOwner *owner;

  g_mutex_lock (&pool->lock);
  buffer = g_queue_pop_head (&pool->idle);
  g_mutex_unlock (&pool->lock);
  if (buffer == NULL)
    buffer = allocate (&pool->format, error);
  if (buffer == NULL)
    return NULL;

  owner = g_new (PoolOwner, 1);
  owner->pool = bb_frame_pool_ref (pool);
  owner->buffer = buffer;
  return wrap_buffer (&pool->format, buffer, owner, give_back);
}

/**
 * bb_frame_pool_ref:
 * @pool: a pool
 *
 * Returns: (transfer full): @pool
 */
BbFramePool *
bb_frame_pool_ref (BbFramePool *pool)
{
  g_atomic_ref_count_inc (&pool->refs);
  return pool;
}

/**
 * bb_frame_pool_unref:
 * @pool: (transfer full): a pool
 *
 * Drops a reference. Frames that are still out stay valid and keep the pool alive.
 */
void
bb_frame_pool_unref (BbFramePool *pool)
{
  if (!g_atomic_ref_count_dec (&pool->refs))
    return;
  g_queue_clear_full (&pool->idle, free);
  g_mutex_clear (&pool->lock);
  g_free (pool);
}
