/* bb-tune-item.c: measured point as a row of a table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-tune-item.h"

#include <glib/gi18n.h>

/* The columns, each a property that is a text */
typedef enum {
  PROP_0,
  PROP_BATCH,
  PROP_PRECISION,
  PROP_SPEED,
  PROP_TIME,
  PROP_MEMORY,
  N_PROPS
} Property;

/**
 * BbTuneItem:
 *
 * A point of a measurement as texts.
 */
struct _BbTuneItem {
  GObject parent_instance;

  BbTunePoint point;
  gboolean best;
  gboolean fastest;
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BbTuneItem, bb_tune_item, G_TYPE_OBJECT)

static char *
get_text (BbTuneItem *self, Property property)
{
  const BbTunePoint *point = &self->point;

  switch (property)
    {
    case PROP_BATCH:
      /* Translators: a batch size in a table, that of the best row */
      return g_strdup_printf (self->best ? _ ("%d ✓") : "%d", point->batch);
    case PROP_PRECISION:
      return g_strdup (bb_tune_item_get_precision_name (point->precision));
    case PROP_SPEED:
      if (!point->fits)
        /* Translators: in place of a speed: there is too little memory for that */
        return g_strdup (_ ("does not fit"));
      /* Translators: a speed in a table, the best one */
      return g_strdup_printf (self->fastest ? _ ("%.1f ★") : "%.1f", point->frames_per_second);
    case PROP_TIME:
      return point->fits ? g_strdup_printf ("%.2f", point->frame_ms) : g_strdup ("–");
    case PROP_MEMORY:
      return g_format_size (point->memory);
    case PROP_0:
    case N_PROPS:
    default:
      return NULL;
    }
}

static void
bb_tune_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  char *text = get_text (BB_TUNE_ITEM (object), id);

  if (text != NULL)
    g_value_take_string (value, text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
bb_tune_item_class_init (BbTuneItemClass *klass)
{
  static const char *const names[N_PROPS] = {
    [PROP_BATCH] = "batch", [PROP_PRECISION] = "precision", [PROP_SPEED] = "speed",
    [PROP_TIME] = "time",   [PROP_MEMORY] = "memory",
  };

  G_OBJECT_CLASS (klass)->get_property = bb_tune_item_get_property;
  for (guint i = PROP_BATCH; i < N_PROPS; i++)
    props[i] =
      g_param_spec_string (names[i], NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
}

static void
bb_tune_item_init (BbTuneItem *self)
{
}

/**
 * bb_tune_item_new:
 * @point: a point
 *
 * Returns: (transfer full): a row
 */
BbTuneItem *
bb_tune_item_new (const BbTunePoint *point)
{
  BbTuneItem *self = g_object_new (BB_TYPE_TUNE_ITEM, NULL);

  self->point = *point;
  return self;
}

/**
 * bb_tune_item_set_point:
 * @self: a row
 * @point: the same point, measured again
 */
void
bb_tune_item_set_point (BbTuneItem *self, const BbTunePoint *point)
{
  g_return_if_fail (BB_IS_TUNE_ITEM (self));

  self->point = *point;
  for (guint i = PROP_BATCH; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[i]);
}

/**
 * bb_tune_item_set_best:
 * @self: a row
 *
 * Marks the row as the best.
 */
void
bb_tune_item_set_best (BbTuneItem *self)
{
  g_return_if_fail (BB_IS_TUNE_ITEM (self));

  self->best = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BATCH]);
}

/**
 * bb_tune_item_set_fastest:
 * @self: a row
 *
 * Marks the row's speed as the best.
 */
void
bb_tune_item_set_fastest (BbTuneItem *self)
{
  g_return_if_fail (BB_IS_TUNE_ITEM (self));

  self->fastest = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SPEED]);
}

/**
 * bb_tune_item_get_precision_name:
 * @precision: a precision
 *
 * Returns: its name, for people
 */
const char *
bb_tune_item_get_precision_name (BbPrecision precision)
{
  return precision == BB_PRECISION_FP16 ? "FP16" : "FP32";
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer user_data)
{
  GtkWidget *label = gtk_label_new (NULL);
  GtkExpression *item = gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "item");
  GtkExpression *text = gtk_property_expression_new (BB_TYPE_TUNE_ITEM, item, user_data);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_add_css_class (label, "caption");
  gtk_expression_bind (text, label, "label", cell);
  gtk_list_item_set_child (cell, label);
}

static void
add_column (GtkColumnView *view, Property property, const char *title)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) column = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), (gpointer) props[property]->name);
  column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_expand (column, TRUE);
  gtk_column_view_append_column (view, column);
}

/**
 * bb_tune_item_add_columns:
 * @view: a view of #BbTuneItem
 *
 * Adds a column for each figure.
 */
void
bb_tune_item_add_columns (GtkColumnView *view)
{
  /* The class has the names. */
  g_type_ensure (BB_TYPE_TUNE_ITEM);
  g_type_class_unref (g_type_class_ref (BB_TYPE_TUNE_ITEM));
  add_column (view, PROP_BATCH, _ ("Batch"));
  add_column (view, PROP_PRECISION, _ ("Precision"));
  /* Translators: frames per second, at the head of a column */
  add_column (view, PROP_SPEED, _ ("Frames/s"));
  /* Translators: milliseconds a frame, at the head of a column */
  add_column (view, PROP_TIME, _ ("ms"));
  add_column (view, PROP_MEMORY, _ ("Memory"));
}
