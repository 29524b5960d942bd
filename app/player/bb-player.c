/* bb-player.c: plays a source through the pipeline while its recipe changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-player.h"

#include "bb-file-name.h"
#include "bb-playback.h"
#include "blurbox.h"

/* Older ones than this have long ended. */
#define MOST_CLOSED 4

struct _BbPlayer {
  GObject parent_instance;

  GFile *file;
  BbPlayback *playback;
  GPtrArray *closed; /* of BbPlayback whose threads may not have ended yet */
  GCancellable *opening;
  GCancellable *preloading;
  GFile *ahead_file; /* that is open, but not shown, as @ahead */
  BbPlayback *ahead;

  BbPlayerSettings settings;

  gboolean playing;
  gint64 position;
  BbPicture *picture;
  BbPicture *compared;
};

G_DEFINE_FINAL_TYPE (BbPlayer, bb_player, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_PLAYING,
  PROP_POSITION,
  PROP_DURATION,
  PROP_LOOP,
  PROP_MUTED,
  PROP_VOLUME,
  PROP_HAS_AUDIO,
  N_PROPS
};

enum { SIGNAL_PICTURE, SIGNAL_FAILED, SIGNAL_ENDED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_playing (BbPlayer *self, gboolean playing)
{
  if (self->playing == playing)
    return;
  self->playing = playing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
}

static void
set_position (BbPlayer *self, gint64 position)
{
  if (self->position == position)
    return;
  self->position = position;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

static void
news_cb (gpointer user_data)
{
  g_autoptr (BbPlayer) self = g_object_ref (BB_PLAYER (user_data));
  BbPlaybackNews news;

  bb_playback_take_news (self->playback, &news);
  g_object_freeze_notify (G_OBJECT (self));
  if (news.picture != NULL)
    {
      g_clear_pointer (&self->picture, bb_picture_unref);
      g_clear_pointer (&self->compared, bb_picture_unref);
      self->picture = news.picture;
      self->compared = news.compared;
    }
  set_position (self, news.position);
  set_playing (self, news.playing);
  if (news.picture != NULL)
    g_signal_emit (self, signals[SIGNAL_PICTURE], 0);
  g_object_thaw_notify (G_OBJECT (self));
  if (news.ended)
    g_signal_emit (self, signals[SIGNAL_ENDED], 0);
  if (news.error != NULL)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, news.error);
  g_clear_error (&news.error);
}

static void
bb_player_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BbPlayer *self = BB_PLAYER (object);
  const BbPlayerSource *source = bb_player_get_source (self);

  switch (id)
    {
    case PROP_PLAYING:
      g_value_set_boolean (value, self->playing);
      break;
    case PROP_POSITION:
      g_value_set_int64 (value, self->position);
      break;
    case PROP_DURATION:
      g_value_set_int64 (value, source != NULL ? source->duration : 0);
      break;
    case PROP_LOOP:
      g_value_set_boolean (value, self->settings.loop);
      break;
    case PROP_MUTED:
      g_value_set_boolean (value, self->settings.muted);
      break;
    case PROP_VOLUME:
      g_value_set_double (value, 1.0 - self->settings.quieter);
      break;
    case PROP_HAS_AUDIO:
      g_value_set_boolean (value, source != NULL && source->has_audio);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_player_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BbPlayer *self = BB_PLAYER (object);
  BbPlayerSettings settings = self->settings;

  switch (id)
    {
    case PROP_PLAYING:
      if (g_value_get_boolean (value))
        bb_player_play (self);
      else
        bb_player_pause (self);
      break;
    case PROP_LOOP:
      settings.loop = g_value_get_boolean (value);
      bb_player_set_settings (self, &settings);
      break;
    case PROP_MUTED:
      settings.muted = g_value_get_boolean (value);
      bb_player_set_settings (self, &settings);
      break;
    case PROP_VOLUME:
      settings.quieter = 1.0 - g_value_get_double (value);
      bb_player_set_settings (self, &settings);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
forget (BbPlayer *self)
{
  if (self->playback != NULL)
    {
      g_ptr_array_add (self->closed, bb_playback_ref (self->playback));
      if (self->closed->len > MOST_CLOSED)
        g_ptr_array_remove_index (self->closed, 0);
    }
  g_clear_pointer (&self->playback, bb_playback_close);
  g_clear_pointer (&self->picture, bb_picture_unref);
  g_clear_pointer (&self->compared, bb_picture_unref);
  g_clear_object (&self->file);
}

static void forget_ahead (BbPlayer *self);

static void
bb_player_dispose (GObject *object)
{
  BbPlayer *self = BB_PLAYER (object);

  forget_ahead (self);
  if (self->opening != NULL)
    g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  forget (self);
  for (guint i = 0; i < self->closed->len; i++)
    bb_playback_wait (self->closed->pdata[i]);
  g_ptr_array_set_size (self->closed, 0);
  g_clear_pointer (&self->settings.recipe, bb_recipe_unref);
  G_OBJECT_CLASS (bb_player_parent_class)->dispose (object);
}

static void
bb_player_finalize (GObject *object)
{
  g_ptr_array_unref (BB_PLAYER (object)->closed);
  G_OBJECT_CLASS (bb_player_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags write = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * BbPlayer:playing:
   *
   * Whether it plays, or will as soon as it can.
   */
  properties[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, write);

  /**
   * BbPlayer:position:
   *
   * Time of the current picture, or of the one that was sought, nanoseconds from the source's start.
   */
  properties[PROP_POSITION] = g_param_spec_int64 ("position", NULL, NULL, 0, G_MAXINT64, 0, read);

  /**
   * BbPlayer:duration:
   *
   * Length of the source in nanoseconds; 0 without one.
   */
  properties[PROP_DURATION] = g_param_spec_int64 ("duration", NULL, NULL, 0, G_MAXINT64, 0, read);

  /**
   * BbPlayer:loop:
   *
   * Whether playing goes on at the trim's start when it reaches the end.
   */
  properties[PROP_LOOP] = g_param_spec_boolean ("loop", NULL, NULL, FALSE, write);

  /**
   * BbPlayer:muted:
   *
   * Whether sound is not to be heard.
   */
  properties[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, write);

  /**
   * BbPlayer:volume:
   *
   * How loud sound is, as on a slider: 1 is as in the file.
   */
  properties[PROP_VOLUME] = g_param_spec_double ("volume", NULL, NULL, 0.0, 1.0, 1.0, write);

  /**
   * BbPlayer:has-audio:
   *
   * Whether the source has sound.
   */
  properties[PROP_HAS_AUDIO] = g_param_spec_boolean ("has-audio", NULL, NULL, FALSE, read);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bb_player_class_init (BbPlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bb_player_dispose;
  object_class->finalize = bb_player_finalize;
  object_class->get_property = bb_player_get_property;
  object_class->set_property = bb_player_set_property;

  install_properties (object_class);

  /**
   * BbPlayer::picture:
   *
   * There is a new picture. Pictures that nobody saw are left out: the newest is the current one.
   */
  signals[SIGNAL_PICTURE] = g_signal_new ("picture", BB_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);

  /**
   * BbPlayer::failed:
   * @error: what happened
   *
   * Something failed while the file is open. Playing has stopped, but for a picture that is left out.
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", BB_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * BbPlayer::ended:
   *
   * Playing reached the end and stopped.
   */
  signals[SIGNAL_ENDED] =
    g_signal_new ("ended", BB_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
unref_playback (gpointer playback)
{
  bb_playback_unref (playback);
}

static void
bb_player_init (BbPlayer *self)
{
  self->closed = g_ptr_array_new_with_free_func (unref_playback);
}

/**
 * bb_player_new:
 *
 * Makes a player without a file. Its signals are emitted in the main context that is the thread's
 * default where a file is opened.
 *
 * Returns: (transfer full): a player
 */
BbPlayer *
bb_player_new (void)
{
  return g_object_new (BB_TYPE_PLAYER, NULL);
}

static void
close_playback (gpointer data)
{
  bb_playback_close (data);
}

static void
open_thread (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  GFile *file = task_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = bb_file_get_local_path (file, &error);
  BbPlayback *playback;

  playback = path != NULL ? bb_playback_open (path, &error) : NULL;
  if (playback != NULL)
    g_task_return_pointer (task, playback, close_playback);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* The work is a task of its own, so that its thread never has the last reference to the player. */
static void
opened_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  BbPlayback *playback = g_task_propagate_pointer (G_TASK (result), &error);

  if (playback != NULL)
    g_task_return_pointer (task, playback, close_playback);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
chain_cb (GCancellable *cancellable, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
forget_ahead (BbPlayer *self)
{
  if (self->preloading != NULL)
    g_cancellable_cancel (self->preloading);
  g_clear_object (&self->preloading);
  g_clear_object (&self->ahead_file);
  g_clear_pointer (&self->ahead, bb_playback_close);
}

static void
preloaded_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (BbPlayer) self = BB_PLAYER (user_data);
  BbPlayback *playback = g_task_propagate_pointer (G_TASK (result), NULL);

  /* What cannot be opened is said when it is asked for. */
  if (playback == NULL)
    return;
  forget_ahead (self);
  self->ahead = playback;
  self->ahead_file = g_object_ref (g_task_get_task_data (G_TASK (result)));
}

/**
 * bb_player_preload:
 * @self: a player
 * @file: (nullable): a file that may be asked for next
 *
 * Opens a file beside the one that is open, so that bb_player_open_async() with it is done at once. One at
 * a time: the one before is forgotten.
 */
void
bb_player_preload (BbPlayer *self, GFile *file)
{
  g_autoptr (GTask) work = NULL;

  g_return_if_fail (BB_IS_PLAYER (self));

  if (file != NULL && self->ahead_file != NULL && g_file_equal (file, self->ahead_file))
    return;
  forget_ahead (self);
  if (file == NULL)
    return;
  self->preloading = g_cancellable_new ();
  work = g_task_new (NULL, self->preloading, preloaded_cb, g_object_ref (self));
  g_task_set_source_tag (work, bb_player_preload);
  g_task_set_task_data (work, g_object_ref (file), g_object_unref);
  g_task_set_return_on_cancel (work, TRUE);
  g_task_run_in_thread (work, open_thread);
}

/**
 * bb_player_open_async:
 * @self: a player
 * @file: a local file
 * @cancellable: (nullable): a cancellable
 * @callback: called when it is open, or not
 * @user_data: data for @callback
 *
 * Opens a file in place of the one that is open, which stays until then. A call before this one that
 * has not come to its end is cancelled. Its settings stay.
 */
void
bb_player_open_async (BbPlayer *self, GFile *file, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  g_autoptr (GTask) work = NULL;
  GTask *task;

  if (self->opening != NULL)
    g_cancellable_cancel (self->opening);
  g_set_object (&self->opening, inner);
  /* Goes with the longer-lived of the two: a cancel after the end does nothing. */
  if (cancellable != NULL)
    g_cancellable_connect (cancellable, G_CALLBACK (chain_cb), g_object_ref (inner),
                           g_object_unref);
  task = g_task_new (self, inner, callback, user_data);
  g_task_set_source_tag (task, bb_player_open_async);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  if (self->ahead != NULL && g_file_equal (file, self->ahead_file))
    {
      g_task_return_pointer (task, g_steal_pointer (&self->ahead), close_playback);
      g_object_unref (task);
      forget_ahead (self);
      return;
    }
  work = g_task_new (NULL, inner, opened_cb, task);
  g_task_set_source_tag (work, bb_player_open_async);
  g_task_set_task_data (work, g_object_ref (file), g_object_unref);
  g_task_set_return_on_cancel (work, TRUE);
  g_task_run_in_thread (work, open_thread);
}

/**
 * bb_player_open_finish:
 * @self: a player
 * @result: what the callback got
 * @error: return location for an error
 *
 * Must be called: the file is taken in here.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT, %BB_ERROR_MEMORY or %G_IO_ERROR_CANCELLED; then the
 *   file that was open before still is
 */
gboolean
bb_player_open_finish (BbPlayer *self, GAsyncResult *result, GError **error)
{
  BbPlayback *playback = g_task_propagate_pointer (G_TASK (result), error);

  if (playback == NULL)
    return FALSE;
  bb_playback_set_settings (playback, &self->settings);
  if (!bb_playback_start (playback, news_cb, self, error))
    {
      bb_playback_close (playback);
      return FALSE;
    }
  forget (self);
  g_clear_object (&self->opening);
  self->playback = playback;
  self->file = g_object_ref (g_task_get_task_data (G_TASK (result)));
  g_object_freeze_notify (G_OBJECT (self));
  set_playing (self, FALSE);
  set_position (self, 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_AUDIO]);
  g_object_thaw_notify (G_OBJECT (self));
  return TRUE;
}

/**
 * bb_player_close:
 * @self: a player
 *
 * Closes the file, and stops opening one. Does not wait for anything.
 */
void
bb_player_close (BbPlayer *self)
{
  gboolean had_file = self->playback != NULL;

  forget_ahead (self);
  if (self->opening != NULL)
    g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  forget (self);
  if (!had_file)
    return;
  g_object_freeze_notify (G_OBJECT (self));
  set_playing (self, FALSE);
  set_position (self, 0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_AUDIO]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * bb_player_get_file:
 * @self: a player
 *
 * Returns: (transfer none) (nullable): the file that is open
 */
GFile *
bb_player_get_file (BbPlayer *self)
{
  return self->file;
}

/**
 * bb_player_get_source:
 * @self: a player
 *
 * Returns: (transfer none) (nullable): what is known of the file that is open, until it is closed
 */
const BbPlayerSource *
bb_player_get_source (BbPlayer *self)
{
  return self->playback != NULL ? bb_playback_get_source (self->playback) : NULL;
}

/**
 * bb_player_get_settings:
 * @self: a player
 *
 * Returns: (transfer none): what is wanted of it; a copy may be changed and set
 */
const BbPlayerSettings *
bb_player_get_settings (BbPlayer *self)
{
  return &self->settings;
}

/**
 * bb_player_set_settings:
 * @self: a player
 * @settings: what is wanted from now on; of its recipe a reference is taken
 */
void
bb_player_set_settings (BbPlayer *self, const BbPlayerSettings *settings)
{
  BbPlayerSettings old = self->settings;

  self->settings = *settings;
  if (settings->recipe != NULL)
    bb_recipe_ref (settings->recipe);
  g_clear_pointer (&old.recipe, bb_recipe_unref);
  if (self->playback != NULL)
    bb_playback_set_settings (self->playback, settings);
  g_object_freeze_notify (G_OBJECT (self));
  if (old.loop != settings->loop)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOOP]);
  if (old.muted != settings->muted)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUTED]);
  if (old.quieter != settings->quieter)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOLUME]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * bb_player_play:
 * @self: a player
 *
 * Plays on from the current picture, or from the trim's start where that is at the end or outside
 * of the trim.
 */
void
bb_player_play (BbPlayer *self)
{
  if (self->playback == NULL)
    return;
  bb_playback_play (self->playback);
  set_playing (self, TRUE);
}

/**
 * bb_player_pause:
 * @self: a player
 *
 * Stops at the current picture.
 */
void
bb_player_pause (BbPlayer *self)
{
  if (self->playback == NULL)
    return;
  bb_playback_pause (self->playback);
  set_playing (self, FALSE);
}

/**
 * bb_player_set_rate:
 * @self: a player
 * @rate: times as fast as the file, more than 0, until another file is opened
 *
 * Chooses how fast it plays. There is sound at 1 only. Where the machine is slower than that, pictures are
 * left out, and time goes slower.
 */
void
bb_player_set_rate (BbPlayer *self, double rate)
{
  g_return_if_fail (BB_IS_PLAYER (self) && rate > 0.0);

  if (self->playback != NULL)
    bb_playback_set_rate (self->playback, rate);
}

/**
 * bb_player_get_playing:
 * @self: a player
 *
 * Returns: whether it plays
 */
gboolean
bb_player_get_playing (BbPlayer *self)
{
  return self->playing;
}

/**
 * bb_player_seek:
 * @self: a player
 * @time: nanoseconds from the source's start
 *
 * Goes to the frame that is shown at @time, exactly. Of several calls the newest wins. Playing goes
 * on from there, but stops where the recipe's trim leaves @time out.
 */
void
bb_player_seek (BbPlayer *self, gint64 time)
{
  if (self->playback == NULL)
    return;
  time = bb_playback_seek (self->playback, time);
  set_position (self, time);
  set_playing (self, bb_playback_is_playing (self->playback));
}

/**
 * bb_player_step:
 * @self: a player
 * @frames: how many frames to go on, or back where negative
 *
 * Stops, and goes frame by frame from the current picture. Calls add up.
 */
void
bb_player_step (BbPlayer *self, int frames)
{
  if (self->playback == NULL)
    return;
  bb_playback_step (self->playback, frames);
  set_playing (self, FALSE);
}

/**
 * bb_player_get_position:
 * @self: a player
 *
 * Returns: see [property@BbPlayer:position]
 */
gint64
bb_player_get_position (BbPlayer *self)
{
  return self->position;
}

/**
 * bb_player_get_picture:
 * @self: a player
 *
 * Returns: (transfer none) (nullable): the current picture, until the next one
 */
BbPicture *
bb_player_get_picture (BbPlayer *self)
{
  return self->picture;
}

/**
 * bb_player_get_compared:
 * @self: a player
 *
 * Returns: (transfer none) (nullable): the source alone at the instant of the current picture, fitted
 *   on the same canvas on black
 */
BbPicture *
bb_player_get_compared (BbPlayer *self)
{
  return self->compared;
}

/**
 * bb_player_get_stats:
 * @self: a player
 * @stats: (out caller-allocates): figures; zeros without a file
 */
void
bb_player_get_stats (BbPlayer *self, BbPlayerStats *stats)
{
  *stats = (BbPlayerStats) { 0 };
  if (self->playback != NULL)
    bb_playback_get_stats (self->playback, stats);
}
