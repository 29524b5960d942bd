/* bb-cuda-reading.c: what kernels still read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A surface must not go back to its decoder before the kernels that are queued have read it.
 */

#include "config.h"

#include "bb-cuda-reading.h"

typedef struct {
  gpointer data;
  GDestroyNotify destroy;
  BbCudaEvent *read;
} Reading;

/**
 * bb_cuda_reading_add:
 * @reading: a queue
 * @data: (transfer full): what is read
 * @destroy: what drops it
 * @read: (transfer full): when it has been read
 *
 * Keeps something until it has been read.
 */
void
bb_cuda_reading_add (GQueue *reading, gpointer data, GDestroyNotify destroy, BbCudaEvent *read)
{
  Reading *entry = g_new (Reading, 1);

  *entry = (Reading) { data, destroy, read };
  g_queue_push_tail (reading, entry);
}

/**
 * bb_cuda_reading_release:
 * @reading: a queue of bb_cuda_reading_add(), whose context is the current one
 * @n_left: how many may be left
 * @error: return location for an error
 *
 * Drops what was read of the head of the queue, and waits until at most @n_left are left.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_DEVICE; they are dropped nevertheless
 */
gboolean
bb_cuda_reading_release (GQueue *reading, guint n_left, GError **error)
{
  gboolean good = TRUE;

  while (!g_queue_is_empty (reading))
    {
      Reading *entry = g_queue_peek_head (reading);

      if (g_queue_get_length (reading) > n_left)
        good &= bb_cuda_event_wait (entry->read, good ? error : NULL);
      else if (!bb_cuda_event_is_over (entry->read))
        break;
      g_queue_pop_head (reading);
      entry->destroy (entry->data);
      bb_cuda_event_unref (entry->read);
      g_free (entry);
    }
  return good;
}
