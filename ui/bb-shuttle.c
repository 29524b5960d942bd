/* bb-shuttle.c: playing forth and back at several speeds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-shuttle.h"

#define MOST_SPEED 4
/* Backwards is a row of seeks, as decoders only go forth. */
#define BACK_INTERVAL_MS 80

/**
 * BbShuttle:
 *
 * What the keys J, K and L do: L plays, and faster each time, J goes back, K stops. Forth the player
 * plays, without sound where it is faster than the clip; back it seeks, and shows what pictures it can
 * have at once.
 *
 * Properties: `speed`, times as fast as the clip, negative for back; 0 where it is not playing, or the player
 * was told to by others.
 */
struct _BbShuttle {
  GObject parent_instance;

  BbPlayer *player; /* not owned */
  int speed;
  guint timeout;
  gint64 from; /* position where going back began, and when */
  gint64 since;
  gboolean acting; /* the player is told something by this */
};

enum { PROP_0, PROP_SPEED, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbShuttle, bb_shuttle, G_TYPE_OBJECT)

static void
set_speed (BbShuttle *self, int speed)
{
  if (speed == self->speed)
    return;
  self->speed = speed;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SPEED]);
}

static void
stop_back (BbShuttle *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
}

static gboolean
back_cb (gpointer user_data)
{
  BbShuttle *self = BB_SHUTTLE (user_data);
  gint64 position = self->from + (g_get_monotonic_time () - self->since) * 1000 * self->speed;

  bb_player_seek (self->player, MAX (position, 0));
  if (position > 0)
    return G_SOURCE_CONTINUE;
  self->timeout = 0;
  set_speed (self, 0);
  return G_SOURCE_REMOVE;
}

/* Somebody else starts or stops it. */
static void
playing_cb (BbShuttle *self)
{
  gboolean playing = bb_player_get_playing (self->player);

  if (self->acting || (!playing && self->speed < 0))
    return;
  stop_back (self);
  bb_player_set_rate (self->player, 1.0);
  set_speed (self, playing ? 1 : 0);
}

/* Another video, which begins anew. */
static void
duration_cb (BbShuttle *self)
{
  stop_back (self);
  set_speed (self, 0);
}

static void
bb_shuttle_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_SPEED:
      g_value_set_int (value, BB_SHUTTLE (object)->speed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
bb_shuttle_dispose (GObject *object)
{
  stop_back (BB_SHUTTLE (object));

  G_OBJECT_CLASS (bb_shuttle_parent_class)->dispose (object);
}

static void
bb_shuttle_class_init (BbShuttleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = bb_shuttle_get_property;
  object_class->dispose = bb_shuttle_dispose;
  props[PROP_SPEED] = g_param_spec_int ("speed", NULL, NULL, -MOST_SPEED, MOST_SPEED, 0,
                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
bb_shuttle_init (BbShuttle *self)
{
}

/**
 * bb_shuttle_new:
 * @player: what plays; must stay as long
 *
 * Returns: (transfer full): a shuttle that stands
 */
BbShuttle *
bb_shuttle_new (BbPlayer *player)
{
  BbShuttle *self = g_object_new (BB_TYPE_SHUTTLE, NULL);

  self->player = player;
  g_signal_connect_object (player, "notify::playing", G_CALLBACK (playing_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (player, "notify::duration", G_CALLBACK (duration_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * bb_shuttle_press:
 * @self: a shuttle
 * @direction: 1 plays, -1 goes back, each time twice as fast as before; 0 stops
 */
void
bb_shuttle_press (BbShuttle *self, int direction)
{
  int speed = 0;

  g_return_if_fail (BB_IS_SHUTTLE (self));

  if (direction != 0)
    speed = self->speed * direction > 0 ? CLAMP (self->speed * 2, -MOST_SPEED, MOST_SPEED)
                                        : (direction > 0 ? 1 : -1);
  self->acting = TRUE;
  stop_back (self);
  if (speed <= 0)
    bb_player_pause (self->player);
  bb_player_set_rate (self->player, MAX (speed, 1));
  if (speed > 0)
    bb_player_play (self->player);
  self->acting = FALSE;
  set_speed (self, speed);
  if (speed >= 0)
    return;
  self->from = bb_player_get_position (self->player);
  self->since = g_get_monotonic_time ();
  self->timeout = g_timeout_add (BACK_INTERVAL_MS, back_cb, self);
}

/**
 * bb_shuttle_get_speed:
 * @self: a shuttle
 *
 * Returns: see [property@BbShuttle:speed]
 */
int
bb_shuttle_get_speed (BbShuttle *self)
{
  g_return_val_if_fail (BB_IS_SHUTTLE (self), 0);

  return self->speed;
}
