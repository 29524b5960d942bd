/* bb-size-estimate.c: estimated size of exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-size-estimate.h"

#include "bb-estimate.h"
#include "blurbox.h"

#include <glib/gi18n.h>

/* How long the settings have to rest before work begins, in milliseconds. */
#define PAUSE 400

/**
 * BbSizeEstimate:
 *
 * Estimates the size of one or more exports, one after the other, again whenever they change. What
 * is under way for older settings is cancelled, and only the newest are estimated.
 *
 * Signals: `changed`.
 */
struct _BbSizeEstimate {
  GObject parent_instance;

  GPtrArray *files;
  GPtrArray *recipes;
  char *container;

  guint timeout;
  GCancellable *cancellable; /* of the estimate that is under way */
  gboolean again;            /* whether it is for older settings */
  gboolean stopped;
  guint index;
  gint64 before; /* bytes of the files that are done */
  gint64 bytes;  /* -1 while nothing is known */
  char *failure;
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbSizeEstimate, bb_size_estimate, G_TYPE_OBJECT)

static void estimate_next (BbSizeEstimate *self);
static void rest (BbSizeEstimate *self);

static void
changed (BbSizeEstimate *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
begin (BbSizeEstimate *self)
{
  self->index = 0;
  self->before = 0;
  self->bytes = -1;
  g_clear_pointer (&self->failure, g_free);
  estimate_next (self);
}

static void
progress_cb (gint64 bytes, gpointer user_data)
{
  BbSizeEstimate *self = user_data;

  /* An estimate of one of many is none for all of them. */
  if (self->index + 1 < self->files->len)
    return;
  self->bytes = self->before + bytes;
  changed (self);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbSizeEstimate) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 bytes = bb_estimate_finish (result, &error);

  g_clear_object (&self->cancellable);
  if (self->stopped)
    return;
  if (self->again)
    {
      self->again = FALSE;
      rest (self);
      return;
    }
  if (bytes < 0)
    {
      self->bytes = -1;
      g_set_str (&self->failure, error->message);
      self->index = self->files->len;
      changed (self);
      return;
    }
  self->before += bytes;
  self->index++;
  if (self->index == self->files->len)
    self->bytes = self->before;
  estimate_next (self);
}

static void
estimate_next (BbSizeEstimate *self)
{
  if (self->index < self->files->len)
    {
      self->cancellable = g_cancellable_new ();
      bb_estimate_async (self->files->pdata[self->index], self->recipes->pdata[self->index],
                         self->container, self->cancellable, progress_cb, done_cb,
                         g_object_ref (self));
    }
  changed (self);
}

static gboolean
timeout_cb (gpointer user_data)
{
  BbSizeEstimate *self = user_data;

  self->timeout = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

static void
rest (BbSizeEstimate *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  self->timeout = g_timeout_add (PAUSE, timeout_cb, self);
}

static gpointer
cancel_thread (gpointer data)
{
  g_autoptr (GCancellable) cancellable = data;

  g_cancellable_cancel (cancellable);
  return NULL;
}

/* On a thread, since removing files can take a moment. */
static void
cancel (BbSizeEstimate *self)
{
  GCancellable *cancellable = g_object_ref (self->cancellable);
  GThread *thread = bb_thread_new ("bb-cancel", cancel_thread, cancellable, NULL);

  if (thread != NULL)
    g_thread_unref (thread);
  else
    cancel_thread (cancellable);
}

static void
bb_size_estimate_finalize (GObject *object)
{
  BbSizeEstimate *self = BB_SIZE_ESTIMATE (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->recipes, g_ptr_array_unref);
  g_free (self->container);
  g_free (self->failure);

  G_OBJECT_CLASS (bb_size_estimate_parent_class)->finalize (object);
}

static void
bb_size_estimate_class_init (BbSizeEstimateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bb_size_estimate_finalize;

  signals[CHANGED] = g_signal_new ("changed", BB_TYPE_SIZE_ESTIMATE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
bb_size_estimate_init (BbSizeEstimate *self)
{
  self->bytes = -1;
}

/**
 * bb_size_estimate_new:
 *
 * Returns: (transfer full): an estimate of nothing yet
 */
BbSizeEstimate *
bb_size_estimate_new (void)
{
  return g_object_new (BB_TYPE_SIZE_ESTIMATE, NULL);
}

/**
 * bb_size_estimate_set:
 * @self: an estimate
 * @files: (element-type GFile): the sources
 * @recipes: (element-type BbRecipe): what becomes of each
 * @container: extension of the targets
 *
 * Begins anew, a moment after the last call.
 */
void
bb_size_estimate_set (BbSizeEstimate *self,
                   GPtrArray *files,
                   GPtrArray *recipes,
                   const char *container)
{
  g_return_if_fail (BB_IS_SIZE_ESTIMATE (self) && files->len == recipes->len);

  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->recipes, g_ptr_array_unref);
  self->files = g_ptr_array_ref (files);
  self->recipes = g_ptr_array_ref (recipes);
  g_set_str (&self->container, container);
  self->bytes = -1;
  g_clear_pointer (&self->failure, g_free);
  if (self->cancellable == NULL)
    rest (self);
  else if (!self->again)
    {
      self->again = TRUE;
      cancel (self);
    }
  changed (self);
}

/**
 * bb_size_estimate_stop:
 * @self: an estimate
 *
 * Ends all work, for good.
 */
void
bb_size_estimate_stop (BbSizeEstimate *self)
{
  g_return_if_fail (BB_IS_SIZE_ESTIMATE (self));

  self->stopped = TRUE;
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->cancellable != NULL)
    cancel (self);
}

/**
 * bb_size_estimate_get_text:
 * @self: an estimate
 *
 * Returns: (transfer full): the size for people; empty while it is not known
 */
char *
bb_size_estimate_get_text (BbSizeEstimate *self)
{
  g_autofree char *size = NULL;

  g_return_val_if_fail (BB_IS_SIZE_ESTIMATE (self), NULL);

  if (self->failure != NULL)
    return g_strdup (_("Unknown"));
  if (self->bytes < 0)
    return g_strdup ("");
  size = g_format_size ((guint64) self->bytes);
  /* Translators: an estimated size, such as "about 12 MB" */
  return g_strdup_printf (_("about %s"), size);
}

/**
 * bb_size_estimate_get_busy:
 * @self: an estimate
 *
 * Returns: whether a better estimate is to come
 */
gboolean
bb_size_estimate_get_busy (BbSizeEstimate *self)
{
  g_return_val_if_fail (BB_IS_SIZE_ESTIMATE (self), FALSE);

  return self->timeout != 0 || self->cancellable != NULL;
}
