/* bb-performance-group.c: rows for device, precision and batch size, and a meter of their cost
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-performance-group.h"

#include "bb-stage.h"
#include "bb-value-row.h"
#include "blurbox.h"

#include <glib/gi18n.h>

#define METER_MS 500

typedef enum {
  METER_FRAMES,
  METER_BATCHES,
  METER_DECODE,
  METER_EFFECT,
  METER_DISPLAY,
  METER_DROPPED,
  METER_MEMORY,
  METER_WAITS,
  METER_DECODER,
  METER_PATH,
  METER_GPU, /* why none can be used */
  N_METERS
} Meter;

/**
 * BbPerformanceGroup:
 *
 * Device, precision and batch size, and a meter of what they cost. The meter is read while it can
 * be seen and something happens, never while a clip stands still.
 */
struct _BbPerformanceGroup {
  AdwPreferencesGroup parent_instance;

  BbEditor *editor;
  GSignalGroup *editor_signals;
  BbPlayer *player;
  GSignalGroup *player_signals;
  GPtrArray *devices; /* of BbDeviceInfo; NULL until they are listed */
  GPtrArray *offered; /* what a recipe calls those that the row has */
  gboolean unusable;  /* the last of them is there only because the recipe names it */
  gboolean updating;
  guint meter_timeout;
  guint64 last_shown; /* pictures when the meter was read last */
  guint64 last_dropped;
  guint n_quiet;
  char *path;

  AdwComboRow *device_row;
  AdwSwitchRow *precision_row;
  AdwSwitchRow *difference_row;
  AdwComboRow *gain_row;
  BbValueRow *batch_row;
  GtkGrid *meter;
  GtkWidget *meters[N_METERS]; /* inscriptions, from the decoder on labels */
};

G_DEFINE_FINAL_TYPE (BbPerformanceGroup, bb_performance_group, ADW_TYPE_PREFERENCES_GROUP)

static const char *const meter_names[N_METERS] = {
  [METER_FRAMES] = N_("Frames"),
  [METER_BATCHES] = N_("Batches"),
  [METER_DECODE] = N_("Decoding"),
  [METER_EFFECT] = N_("Effect"),
  [METER_DISPLAY] = N_("Display"),
  [METER_DROPPED] = N_("Dropped"),
  [METER_MEMORY] = N_("Memory"),
  /* Translators: the name of what all else waits for follows */
  [METER_WAITS] = N_("Waits For"),
  [METER_DECODER] = N_("Decoder"),
  [METER_PATH] = N_("Preview Path"),
  [METER_GPU] = N_("GPU"),
};

static void
set_meter (BbPerformanceGroup *self, Meter meter, char *text)
{
  /* Unlike a label it does not have the window laid out anew. */
  gtk_inscription_set_text (GTK_INSCRIPTION (self->meters[meter]), text);
  g_free (text);
}

static void
set_sentence (BbPerformanceGroup *self, Meter meter, const char *text)
{
  gtk_label_set_label (GTK_LABEL (self->meters[meter]), text);
}

/* Where no picture comes too late all stages wait until it is time to show the next one. */
static BbStage
find_stage (BbPerformanceGroup *self, const BbPlayerStats *stats)
{
  if (stats->frames_per_second > 0.0 && stats->shown > self->last_shown && stats->dropped == self->last_dropped)
    return BB_STAGE_SCREEN;
  return bb_stage_find_slowest (stats->decode_ms, stats->effect_ms, 0.0, stats->display_ms);
}

static void
update_meter (BbPerformanceGroup *self, const BbPlayerStats *stats)
{
  /* Translators: frames a second */
  set_meter (self, METER_FRAMES, g_strdup_printf (_("%.1f per s"), stats->frames_per_second));
  /* Translators: batches of frames a second */
  set_meter (self, METER_BATCHES, g_strdup_printf (_("%.1f per s"), stats->batches_per_second));
  set_meter (self, METER_DECODE, bb_stage_format_time (stats->decode_ms));
  set_meter (self, METER_EFFECT, bb_stage_format_time (stats->effect_ms));
  set_meter (self, METER_DISPLAY, bb_stage_format_time (stats->display_ms));
  set_meter (self, METER_WAITS, g_strdup (bb_stage_get_name (find_stage (self, stats), stats->device)));
  set_meter (self, METER_DROPPED, g_strdup_printf ("%" G_GUINT64_FORMAT, stats->dropped));
  set_meter (self, METER_MEMORY, g_format_size (stats->memory));
  if (stats->decode_notice[0] != '\0')
    set_sentence (self, METER_DECODER, stats->decode_notice);
  else
    set_sentence (self, METER_DECODER, stats->gpu_decodes
                                         ? C_ ("decoder", "The GPU’s, frames stay there")
                                         : C_ ("decoder", "The CPU"));
}

static gboolean
meter_timeout_cb (gpointer user_data)
{
  BbPerformanceGroup *self = BB_PERFORMANCE_GROUP (user_data);
  BbPlayerStats stats = { 0 };

  if (self->player != NULL)
    bb_player_get_stats (self->player, &stats);
  update_meter (self, &stats);
  /* Two readings after the last picture, so that the rates come down to nothing. */
  self->n_quiet = stats.frames_per_second > 0.0 || stats.shown != self->last_shown
                    ? 0
                    : self->n_quiet + 1;
  self->last_shown = stats.shown;
  self->last_dropped = stats.dropped;
  if (self->n_quiet < 2)
    return G_SOURCE_CONTINUE;
  self->meter_timeout = 0;
  return G_SOURCE_REMOVE;
}

static void
start_meter (BbPerformanceGroup *self)
{
  if (self->meter_timeout != 0 || self->player == NULL ||
      !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->n_quiet = 0;
  self->meter_timeout = g_timeout_add (METER_MS, meter_timeout_cb, self);
}

static void
offer (BbPerformanceGroup *self, const char *id, const char *name)
{
  GtkStringList *names = GTK_STRING_LIST (adw_combo_row_get_model (self->device_row));

  g_ptr_array_add (self->offered, g_strdup (id));
  gtk_string_list_append (names, name);
}

/* Devices that can be used, and the one that the recipe names: a preset of another day or of another
 * machine may have one that cannot. */
static void
offer_devices (BbPerformanceGroup *self, const char *current)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  const char *name = current;

  g_ptr_array_set_size (self->offered, 0);
  adw_combo_row_set_model (self->device_row, G_LIST_MODEL (names));
  offer (self, "auto", C_ ("device", "Automatic"));
  for (guint i = 0; i < self->devices->len; i++)
    {
      const BbDeviceInfo *info = self->devices->pdata[i];

      if (info->problem == NULL)
        offer (self, info->id, info->description);
      else if (g_str_equal (info->id, current))
        name = info->description;
    }
  self->unusable = !g_ptr_array_find_with_equal_func (self->offered, current, g_str_equal, NULL);
  if (self->unusable)
    offer (self, current, name);
}

static void
update_device (BbPerformanceGroup *self, const char *device)
{
  guint position;

  if (self->devices == NULL)
    return;
  if (!g_ptr_array_find_with_equal_func (self->offered, device, g_str_equal, &position) ||
      (self->unusable && position + 1 < self->offered->len))
    {
      offer_devices (self, device);
      g_ptr_array_find_with_equal_func (self->offered, device, g_str_equal, &position);
    }
  adw_combo_row_set_selected (self->device_row, position);
}

/* Whether a GPU does the work that the recipe asks for. Until the devices are known none does. */
static gboolean
is_gpu (BbPerformanceGroup *self, const char *device)
{
  for (guint i = 0; self->devices != NULL && i < self->devices->len && g_str_equal (device, "auto"); i++)
    {
      const BbDeviceInfo *info = self->devices->pdata[i];

      if (info->problem == NULL)
        device = info->id;
    }
  return g_str_has_prefix (device, "cuda:");
}

/* What is used where the settings are automatic. */
static BbRecipeValues
get_automatic (gboolean gpu)
{
  BbRecipeValues automatic = { .batch = BB_BATCH_AUTO, .precision = BB_PRECISION_AUTO };

  bb_recipe_values_settle (&automatic, gpu);
  return automatic;
}

/* What the settings cost on the device. */
static void
update_settings (BbPerformanceGroup *self, const BbRecipeValues *values)
{
  gboolean gpu = is_gpu (self, values->device);
  BbRecipeValues automatic = get_automatic (gpu);
  BbPrecision precision = values->precision;

  if (precision == BB_PRECISION_AUTO)
    precision = automatic.precision;
  adw_switch_row_set_active (self->precision_row, precision == BB_PRECISION_FP16);
  adw_action_row_set_subtitle (
    ADW_ACTION_ROW (self->precision_row),
    gpu ? _("16 bits between steps: a third less memory, and faster on this GPU")
         : _("16 bits between steps: a third less memory, but no faster on a CPU"));
  bb_value_row_set_automatic (self->batch_row, automatic.batch);
}

static void
update (BbPerformanceGroup *self)
{
  const BbRecipeValues *values;

  if (self->editor == NULL || self->updating)
    return;
  self->updating = TRUE;
  values = bb_editor_get (self->editor);
  update_settings (self, values);
  update_device (self, values->device);
  self->updating = FALSE;
}

static void
device_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbPerformanceGroup *self = BB_PERFORMANCE_GROUP (user_data);
  guint selected = adw_combo_row_get_selected (row);
  g_autofree char *id = NULL;

  if (self->editor == NULL || self->updating || selected >= self->offered->len)
    return;
  /* What is offered may change with the recipe. */
  id = g_strdup (self->offered->pdata[selected]);
  bb_editor_end_step (self->editor);
  bb_editor_set_text (self->editor, "device", id, NULL);
}

/* What would be chosen automatically is left to that, so that it fits another device too. */
static void
precision_cb (AdwSwitchRow *row, GParamSpec *pspec, gpointer user_data)
{
  BbPerformanceGroup *self = BB_PERFORMANCE_GROUP (user_data);
  gboolean half = adw_switch_row_get_active (row);
  gboolean gpu;

  if (self->editor == NULL || self->updating)
    return;
  gpu = is_gpu (self, bb_editor_get (self->editor)->device);
  bb_editor_end_step (self->editor);
  bb_editor_set_text (self->editor, "precision",
                      half == (get_automatic (gpu).precision == BB_PRECISION_FP16) ? "auto"
                      : half                                                        ? "fp16"
                                                                                    : "fp32",
                      NULL);
}

/* The items are powers of two. */
static void
gain_cb (AdwComboRow *row, GParamSpec *pspec, gpointer user_data)
{
  guint selected = adw_combo_row_get_selected (row);

  if (selected != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (GTK_WIDGET (row), "win.difference-gain", "i", 1 << selected);
}

static void
unref_devices (gpointer data)
{
  g_ptr_array_unref (data);
}

/* Looking for GPUs loads and starts their driver. */
static void
list_devices_thread (GTask *task, gpointer source_object, gpointer task_data,
                     GCancellable *cancellable)
{
  g_task_return_pointer (task, bb_devices_list (), unref_devices);
}

static void
list_devices_cb (GObject *source_object, GAsyncResult *result, gpointer user_data)
{
  BbPerformanceGroup *self = BB_PERFORMANCE_GROUP (source_object);
  GPtrArray *devices = g_task_propagate_pointer (G_TASK (result), NULL);

  if (devices == NULL || self->device_row == NULL)
    {
      g_clear_pointer (&devices, g_ptr_array_unref);
      return;
    }
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  self->devices = devices;
  self->updating = TRUE;
  offer_devices (self, "auto");
  self->updating = FALSE;
  if (bb_performance_group_get_problem (self) != NULL)
    set_sentence (self, METER_GPU, bb_performance_group_get_problem (self));
  gtk_widget_set_visible (gtk_widget_get_parent (self->meters[METER_GPU]),
                          bb_performance_group_get_problem (self) != NULL);
  update (self);
}

static void
bb_performance_group_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bb_performance_group_parent_class)->map (widget);

  start_meter (BB_PERFORMANCE_GROUP (widget));
}

static void
bb_performance_group_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&BB_PERFORMANCE_GROUP (widget)->meter_timeout, g_source_remove);

  GTK_WIDGET_CLASS (bb_performance_group_parent_class)->unmap (widget);
}

static void
bb_performance_group_dispose (GObject *object)
{
  BbPerformanceGroup *self = BB_PERFORMANCE_GROUP (object);

  g_clear_object (&self->editor_signals);
  g_clear_object (&self->editor);
  g_clear_object (&self->player_signals);
  g_clear_object (&self->player);
  g_clear_pointer (&self->offered, g_ptr_array_unref);
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  g_clear_handle_id (&self->meter_timeout, g_source_remove);
  g_clear_pointer (&self->path, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), BB_TYPE_PERFORMANCE_GROUP);

  G_OBJECT_CLASS (bb_performance_group_parent_class)->dispose (object);
}

static void
bb_performance_group_class_init (BbPerformanceGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bb_performance_group_dispose;
  widget_class->map = bb_performance_group_map;
  widget_class->unmap = bb_performance_group_unmap;

  g_type_ensure (BB_TYPE_VALUE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-performance-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BbPerformanceGroup, device_row);
  gtk_widget_class_bind_template_child (widget_class, BbPerformanceGroup, precision_row);
  gtk_widget_class_bind_template_child (widget_class, BbPerformanceGroup, difference_row);
  gtk_widget_class_bind_template_child (widget_class, BbPerformanceGroup, gain_row);
  gtk_widget_class_bind_template_child (widget_class, BbPerformanceGroup, batch_row);
  gtk_widget_class_bind_template_child (widget_class, BbPerformanceGroup, meter);
  gtk_widget_class_bind_template_callback (widget_class, device_cb);
  gtk_widget_class_bind_template_callback (widget_class, precision_cb);
  gtk_widget_class_bind_template_callback (widget_class, gain_cb);
}

static void
add_meter (BbPerformanceGroup *self, Meter meter)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = gtk_label_new (_(meter_names[meter]));
  /* These may be sentences. */
  gboolean wide = meter >= METER_DECODER;
  GtkWidget *value = wide ? gtk_label_new ("–") : gtk_inscription_new ("–");
  int row = wide ? (METER_DECODER + 1) / 2 + (int) (meter - METER_DECODER) : (int) meter / 2;

  gtk_widget_add_css_class (name, "caption");
  gtk_widget_add_css_class (name, "dimmed");
  gtk_widget_add_css_class (value, "numeric");
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  if (wide)
    {
      gtk_label_set_xalign (GTK_LABEL (value), 0);
      gtk_label_set_wrap (GTK_LABEL (value), TRUE);
    }
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), value);
  gtk_widget_set_visible (box, meter != METER_GPU);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_RELATION_LABELLED_BY, name,
                                  NULL, -1);
  gtk_grid_attach (self->meter, box, wide ? 0 : (int) meter % 2, row, wide ? 2 : 1, 1);
  self->meters[meter] = value;
}

static void
bb_performance_group_init (BbPerformanceGroup *self)
{
  self->editor_signals = g_signal_group_new (BB_TYPE_EDITOR);
  g_signal_group_connect_swapped (self->editor_signals, "notify::recipe", G_CALLBACK (update),
                                  self);
  self->player_signals = g_signal_group_new (BB_TYPE_PLAYER);
  g_signal_group_connect_swapped (self->player_signals, "picture", G_CALLBACK (start_meter), self);
  self->offered = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  bb_performance_group_set_difference (self, NULL);
  for (Meter meter = 0; meter < N_METERS; meter++)
    add_meter (self, meter);
}

/**
 * bb_performance_group_set_editor:
 * @self: a group
 * @editor: (nullable): what holds the recipe
 */
void
bb_performance_group_set_editor (BbPerformanceGroup *self, BbEditor *editor)
{
  g_return_if_fail (BB_IS_PERFORMANCE_GROUP (self));

  g_set_object (&self->editor, editor);
  g_signal_group_set_target (self->editor_signals, editor);
  if (editor != NULL)
    update (self);
}

/**
 * bb_performance_group_set_player:
 * @self: a group
 * @player: (nullable): what does the work
 */
void
bb_performance_group_set_player (BbPerformanceGroup *self, BbPlayer *player)
{
  g_return_if_fail (BB_IS_PERFORMANCE_GROUP (self));

  g_set_object (&self->player, player);
  g_signal_group_set_target (self->player_signals, player);
  if (player != NULL)
    start_meter (self);
}

/**
 * bb_performance_group_set_path:
 * @self: a group
 * @path: how pictures reach the screen, for people
 */
void
bb_performance_group_set_path (BbPerformanceGroup *self, const char *path)
{
  g_return_if_fail (BB_IS_PERFORMANCE_GROUP (self));

  if (g_set_str (&self->path, path))
    set_sentence (self, METER_PATH, path);
}

/**
 * bb_performance_group_set_gain:
 * @self: a group
 * @gain: how much the difference between FP16 and FP32 is amplified, a power of two up to 64
 */
void
bb_performance_group_set_gain (BbPerformanceGroup *self, int gain)
{
  g_return_if_fail (BB_IS_PERFORMANCE_GROUP (self));

  adw_combo_row_set_selected (self->gain_row, (guint) g_bit_storage ((gulong) gain) - 1);
}

/**
 * bb_performance_group_set_difference:
 * @self: a group
 * @text: (nullable): figures of the difference between FP16 and FP32 that is shown
 */
void
bb_performance_group_set_difference (BbPerformanceGroup *self, const char *text)
{
  g_return_if_fail (BB_IS_PERFORMANCE_GROUP (self));

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->difference_row),
                               text != NULL ? text : _("Makes their difference visible"));
}

/**
 * bb_performance_group_list_devices:
 * @self: a group
 *
 * Looks for devices on a thread, and offers them once they are known.
 */
void
bb_performance_group_list_devices (BbPerformanceGroup *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (BB_IS_PERFORMANCE_GROUP (self));

  task = g_task_new (self, NULL, list_devices_cb, NULL);
  g_task_set_source_tag (task, bb_performance_group_list_devices);
  g_task_run_in_thread (task, list_devices_thread);
}

/**
 * bb_performance_group_get_problem:
 * @self: a group
 *
 * Returns: (nullable): why no GPU can be used, a sentence; %NULL where one can, and until that is known
 */
const char *
bb_performance_group_get_problem (BbPerformanceGroup *self)
{
  const char *problem = NULL;

  g_return_val_if_fail (BB_IS_PERFORMANCE_GROUP (self), NULL);

  for (guint i = 0; self->devices != NULL && i < self->devices->len; i++)
    {
      const BbDeviceInfo *info = self->devices->pdata[i];

      if (info->problem == NULL && !g_str_equal (info->id, "cpu"))
        return NULL;
      if (problem == NULL)
        problem = info->problem;
    }
  return problem;
}
