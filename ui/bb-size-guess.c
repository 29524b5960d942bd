/* bb-size-guess.c: estimated size of exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-size-guess.h"

#include "bb-estimate.h"
#include "blurbox.h"

#include <glib/gi18n.h>

/* How long the settings have to rest before work begins, in milliseconds. */
#define PAUSE 400

/**
 * BbSizeGuess:
 *
 * Estimates the size of one or more exports, one after the other, again whenever they change. What
 * is under way for older settings is cancelled, and only the newest are estimated.
 *
 * Signals: `changed`.
 */
struct _BbSizeGuess {
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

G_DEFINE_FINAL_TYPE (BbSizeGuess, bb_size_guess, G_TYPE_OBJECT)

static void estimate_next (BbSizeGuess *self);
static void rest (BbSizeGuess *self);

static void
changed (BbSizeGuess *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
begin (BbSizeGuess *self)
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
  BbSizeGuess *self = user_data;

  /* A guess for one of many is none for all of them. */
  if (self->index + 1 < self->files->len)
    return;
  self->bytes = self->before + bytes;
  changed (self);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbSizeGuess) self = user_data;
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
estimate_next (BbSizeGuess *self)
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
  BbSizeGuess *self = user_data;

  self->timeout = 0;
  begin (self);
  return G_SOURCE_REMOVE;
}

static void
rest (BbSizeGuess *self)
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
cancel (BbSizeGuess *self)
{
  GCancellable *cancellable = g_object_ref (self->cancellable);
  GThread *thread = bb_thread_new ("bb-cancel", cancel_thread, cancellable, NULL);

  if (thread != NULL)
    g_thread_unref (thread);
  else
    cancel_thread (cancellable);
}

static void
bb_size_guess_finalize (GObject *object)
{
  BbSizeGuess *self = BB_SIZE_GUESS (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->recipes, g_ptr_array_unref);
  g_free (self->container);
  g_free (self->failure);

  G_OBJECT_CLASS (bb_size_guess_parent_class)->finalize (object);
}

static void
bb_size_guess_class_init (BbSizeGuessClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bb_size_guess_finalize;

  signals[CHANGED] = g_signal_new ("changed", BB_TYPE_SIZE_GUESS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
bb_size_guess_init (BbSizeGuess *self)
{
  self->bytes = -1;
}

/**
 * bb_size_guess_new:
 *
 * Returns: (transfer full): a guess of nothing yet
 */
BbSizeGuess *
bb_size_guess_new (void)
{
  return g_object_new (BB_TYPE_SIZE_GUESS, NULL);
}

/**
 * bb_size_guess_set:
 * @self: a guess
 * @files: (element-type GFile): the sources
 * @recipes: (element-type BbRecipe): what becomes of each
 * @container: extension of the targets
 *
 * Begins anew, a moment after the last call.
 */
void
bb_size_guess_set (BbSizeGuess *self,
                   GPtrArray *files,
                   GPtrArray *recipes,
                   const char *container)
{
  g_return_if_fail (BB_IS_SIZE_GUESS (self) && files->len == recipes->len);

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
 * bb_size_guess_stop:
 * @self: a guess
 *
 * Ends all work, for good.
 */
void
bb_size_guess_stop (BbSizeGuess *self)
{
  g_return_if_fail (BB_IS_SIZE_GUESS (self));

  self->stopped = TRUE;
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->cancellable != NULL)
    cancel (self);
}

/**
 * bb_size_guess_get_text:
 * @self: a guess
 *
 * Returns: (transfer full): the size for people; empty while it is not known
 */
char *
bb_size_guess_get_text (BbSizeGuess *self)
{
  g_autofree char *size = NULL;

  g_return_val_if_fail (BB_IS_SIZE_GUESS (self), NULL);

  if (self->failure != NULL)
    return g_strdup (_("Unknown"));
  if (self->bytes < 0)
    return g_strdup ("");
  size = g_format_size ((guint64) self->bytes);
  /* Translators: an estimated size, such as "about 12 MB" */
  return g_strdup_printf (_("about %s"), size);
}

/**
 * bb_size_guess_get_busy:
 * @self: a guess
 *
 * Returns: whether a better guess is to come
 */
gboolean
bb_size_guess_get_busy (BbSizeGuess *self)
{
  g_return_val_if_fail (BB_IS_SIZE_GUESS (self), FALSE);

  return self->timeout != 0 || self->cancellable != NULL;
}
