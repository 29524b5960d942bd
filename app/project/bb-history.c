/* bb-history.c: steps that can be undone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-history.h"

/* Far more than anybody undoes; what a step changes takes about a kilobyte. */
#define MAX_STEPS 500
/* Changes of one value by key or wheel that follow each other faster are one step. */
#define STEP_PAUSE_MS 800

/**
 * BbHistory:
 *
 * The states before and after the present one. Changes of one value that belong together, such as
 * those of a drag, are one step: those between bb_history_hold() and bb_history_release(), and those
 * that follow each other quickly.
 *
 * Properties: `can-undo`, `can-redo`.
 */
struct _BbHistory {
  GObject parent_instance;

  GQueue undo; /* of BbProjectStep, the newest first */
  GQueue redo; /* the next one first */

  char *step_key; /* value that the last step changed, while the step may grow */
  guint step_timeout;
  guint holds;
};

enum { PROP_0, PROP_CAN_UNDO, PROP_CAN_REDO, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbHistory, bb_history, G_TYPE_OBJECT)

static void
clear (GQueue *queue)
{
  g_queue_clear_full (queue, (GDestroyNotify) bb_project_step_free);
}

static gboolean
step_timeout_cb (gpointer user_data)
{
  BbHistory *self = BB_HISTORY (user_data);

  self->step_timeout = 0;
  if (self->holds == 0)
    g_clear_pointer (&self->step_key, g_free);
  return G_SOURCE_REMOVE;
}

static void
notify (BbHistory *self, gboolean could_undo, gboolean could_redo)
{
  if (could_undo == g_queue_is_empty (&self->undo))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
  if (could_redo == g_queue_is_empty (&self->redo))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
}

static void
bb_history_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbHistory *self = BB_HISTORY (object);

  switch (id)
    {
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, !g_queue_is_empty (&self->undo));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, !g_queue_is_empty (&self->redo));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_history_finalize (GObject *object)
{
  BbHistory *self = BB_HISTORY (object);

  g_clear_handle_id (&self->step_timeout, g_source_remove);
  clear (&self->undo);
  clear (&self->redo);
  g_free (self->step_key);

  G_OBJECT_CLASS (bb_history_parent_class)->finalize (object);
}

static void
bb_history_class_init (BbHistoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = bb_history_get_property;
  object_class->finalize = bb_history_finalize;

  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
bb_history_init (BbHistory *self)
{
  g_queue_init (&self->undo);
  g_queue_init (&self->redo);
}

/**
 * bb_history_new:
 *
 * Returns: (transfer full): a history without steps
 */
BbHistory *
bb_history_new (void)
{
  return g_object_new (BB_TYPE_HISTORY, NULL);
}

/**
 * bb_history_push:
 * @self: a history
 * @step: (transfer full): what was before the change that is made now
 * @key: (nullable): name of what changes; changes of one name may make up one step
 *
 * Notes a step, unless the change belongs to the one before. What was undone is gone.
 */
void
bb_history_push (BbHistory *self, BbProjectStep *step, const char *key)
{
  gboolean could_undo = !g_queue_is_empty (&self->undo);
  gboolean could_redo = !g_queue_is_empty (&self->redo);
  gboolean same =
    key != NULL && self->step_key != NULL && g_str_equal (key, self->step_key) && could_undo;

  clear (&self->redo);
  if (same)
    bb_project_step_free (step);
  else
    {
      g_queue_push_head (&self->undo, step);
      if (g_queue_get_length (&self->undo) > MAX_STEPS)
        bb_project_step_free (g_queue_pop_tail (&self->undo));
      g_set_str (&self->step_key, key);
    }
  g_clear_handle_id (&self->step_timeout, g_source_remove);
  if (key != NULL)
    self->step_timeout = g_timeout_add (STEP_PAUSE_MS, step_timeout_cb, self);
  notify (self, could_undo, could_redo);
}

/**
 * bb_history_travel:
 * @self: a history
 * @back: whether to undo, or else to redo
 * @here: (transfer full): what is now; left to the caller where there is no step
 *
 * Returns: (transfer full) (nullable): the step to go to
 */
BbProjectStep *
bb_history_travel (BbHistory *self, gboolean back, BbProjectStep *here)
{
  gboolean could_undo = !g_queue_is_empty (&self->undo);
  gboolean could_redo = !g_queue_is_empty (&self->redo);
  BbProjectStep *step = g_queue_pop_head (back ? &self->undo : &self->redo);

  if (step == NULL)
    return NULL;
  g_queue_push_head (back ? &self->redo : &self->undo, here);
  notify (self, could_undo, could_redo);
  return step;
}

static void
fill (GQueue *queue, GPtrArray *steps)
{
  clear (queue);
  if (steps == NULL)
    return;
  g_ptr_array_set_free_func (steps, NULL);
  for (guint i = 0; i < steps->len; i++)
    g_queue_push_tail (queue, steps->pdata[i]);
  g_ptr_array_unref (steps);
}

/**
 * bb_history_restore:
 * @self: a history
 * @undo: (nullable) (transfer full) (element-type BbProjectStep): steps to undo, the newest first
 * @redo: (nullable) (transfer full) (element-type BbProjectStep): steps to redo, the next one first
 *
 * Forgets what was noted, and takes these steps in its place.
 */
void
bb_history_restore (BbHistory *self, GPtrArray *undo, GPtrArray *redo)
{
  gboolean could_undo = !g_queue_is_empty (&self->undo);
  gboolean could_redo = !g_queue_is_empty (&self->redo);

  fill (&self->undo, undo);
  fill (&self->redo, redo);
  notify (self, could_undo, could_redo);
}

/**
 * bb_history_get_steps:
 * @self: a history
 * @back: whether those to undo, or else those to redo
 *
 * Returns: (transfer none) (element-type BbProjectStep): the steps, the next one first
 */
const GQueue *
bb_history_get_steps (BbHistory *self, gboolean back)
{
  return back ? &self->undo : &self->redo;
}

/**
 * bb_history_hold:
 * @self: a history
 *
 * Changes of one value are one step until bb_history_release(), however long it takes.
 */
void
bb_history_hold (BbHistory *self)
{
  if (self->holds++ == 0)
    g_clear_pointer (&self->step_key, g_free);
}

/**
 * bb_history_release:
 * @self: a history that is held
 */
void
bb_history_release (BbHistory *self)
{
  g_return_if_fail (self->holds > 0);

  if (--self->holds == 0)
    bb_history_end_step (self);
}

/**
 * bb_history_end_step:
 * @self: a history
 *
 * Lets the next change begin a step of its own.
 */
void
bb_history_end_step (BbHistory *self)
{
  g_clear_handle_id (&self->step_timeout, g_source_remove);
  g_clear_pointer (&self->step_key, g_free);
}
