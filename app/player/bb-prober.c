/* bb-prober.c: finds out what a list shows of videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-prober.h"

#include "bb-file-name.h"
#include "bb-playback.h"
#include "bb-thumbnails.h"

/* Many videos begin with black. */
#define THUMBNAIL_AT 0.1

/**
 * BbProber:
 *
 * Opens the videos of a project one after the other, on threads that stand back, as the player would:
 * finds which can be played, how large and how long they are, and a small picture of each. A video that
 * is added is looked at when those before it are done.
 *
 * Properties: `busy`.
 */
struct _BbProber {
  GObject parent_instance;

  BbProject *project;
  GCancellable *cancellable;
  BbClip *clip; /* that is looked at */
  GFile *file;  /* its file then */
};

enum { PROP_0, PROP_BUSY, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbProber, bb_prober, G_TYPE_OBJECT)

static void look_on (BbProber *self);

/* It may have left the list, or have another file, meanwhile. */
static gboolean
is_wanted (BbProber *self)
{
  return bb_project_get_position (self->project, self->clip, NULL) &&
         g_file_equal (bb_clip_get_file (self->clip), self->file);
}

static void
go_on (BbProber *self)
{
  g_clear_object (&self->clip);
  g_clear_object (&self->file);
  look_on (self);
}

static void
thumbnail_cb (guint index, BbPicture *picture, gpointer user_data)
{
  BbProber *self = BB_PROBER (user_data);

  if (is_wanted (self))
    bb_clip_set_thumbnail (self->clip, picture);
}

static void
thumbnails_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbProber) self = BB_PROBER (user_data);
  g_autoptr (GError) error = NULL;

  /* It can be played: one without a picture in the list is no more than that. */
  if (!bb_thumbnails_load_finish (result, &error))
    g_debug ("%s", error->message);
  if (!g_cancellable_is_cancelled (self->cancellable))
    go_on (self);
}

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autofree char *path = bb_file_get_local_path (data, &error);
  BbPlayback *playback;
  BbClipFacts *facts;

  playback = path != NULL ? bb_playback_open (path, &error) : NULL;
  if (playback == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  facts = g_new0 (BbClipFacts, 1);
  facts->width = bb_playback_get_source (playback)->width;
  facts->height = bb_playback_get_source (playback)->height;
  facts->duration = bb_playback_get_source (playback)->duration;
  bb_playback_close (playback);
  g_task_return_pointer (task, facts, g_free);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BbProber *self = BB_PROBER (source);
  g_autoptr (GError) error = NULL;
  g_autofree BbClipFacts *facts = g_task_propagate_pointer (G_TASK (result), &error);
  gint64 time;

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (!is_wanted (self) || facts == NULL)
    {
      if (facts == NULL && is_wanted (self))
        bb_clip_set_problem (self->clip, error->message);
      go_on (self);
      return;
    }
  bb_clip_set_problem (self->clip, NULL);
  bb_clip_set_facts (self->clip, facts);
  time = (gint64) ((double) MAX (facts->duration, 0) * THUMBNAIL_AT);
  bb_thumbnails_load_async (self->file, &time, 1, BB_PROBER_HEIGHT, NULL, thumbnail_cb, self,
                            self->cancellable, thumbnails_cb, g_object_ref (self));
}

static void
set_clip (BbProber *self, BbClip *clip)
{
  GFile *file = bb_clip_get_file (clip);

  g_set_object (&self->clip, clip);
  g_set_object (&self->file, file);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

/* Looks at the next one that nothing is known of. */
static void
look_on (BbProber *self)
{
  GListModel *model = G_LIST_MODEL (self->project);
  g_autoptr (GTask) task = NULL;

  if (self->clip != NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  for (guint i = 0; i < g_list_model_get_n_items (model) && self->clip == NULL; i++)
    {
      g_autoptr (BbClip) clip = g_list_model_get_item (model, i);

      if (bb_clip_get_facts (clip)->width == 0 && bb_clip_get_problem (clip) == NULL)
        set_clip (self, clip);
    }
  if (self->clip == NULL)
    {
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
      return;
    }
  task = g_task_new (self, NULL, looked_cb, NULL);
  g_task_set_source_tag (task, look_on);
  g_task_set_task_data (task, g_object_ref (self->file), g_object_unref);
  g_task_run_in_thread (task, look_thread);
}

static void
bb_prober_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_BUSY:
      g_value_set_boolean (value, bb_prober_is_busy (BB_PROBER (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_prober_finalize (GObject *object)
{
  BbProber *self = BB_PROBER (object);

  g_clear_object (&self->project);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->clip);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (bb_prober_parent_class)->finalize (object);
}

static void
bb_prober_class_init (BbProberClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = bb_prober_get_property;
  object_class->finalize = bb_prober_finalize;

  props[PROP_BUSY] =
    g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
bb_prober_init (BbProber *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * bb_prober_new:
 * @project: a project
 *
 * Returns: (transfer full): a prober, which begins with what is in the list
 */
BbProber *
bb_prober_new (BbProject *project)
{
  BbProber *self = g_object_new (BB_TYPE_PROBER, NULL);

  self->project = g_object_ref (project);
  g_signal_connect_object (project, "items-changed", G_CALLBACK (look_on), self, G_CONNECT_SWAPPED);
  /* A file that was moved is found elsewhere. */
  g_signal_connect_object (project, "changed", G_CALLBACK (look_on), self, G_CONNECT_SWAPPED);
  look_on (self);
  return self;
}

/**
 * bb_prober_is_busy:
 * @self: a prober
 *
 * Returns: whether there is a video that nothing is known of yet
 */
gboolean
bb_prober_is_busy (BbProber *self)
{
  return self->clip != NULL;
}

/**
 * bb_prober_stop:
 * @self: a prober
 *
 * Looks at no more videos.
 */
void
bb_prober_stop (BbProber *self)
{
  g_cancellable_cancel (self->cancellable);
}
