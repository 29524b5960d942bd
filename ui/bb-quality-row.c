/* bb-quality-row.c: row for the quality of an encoder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-quality-row.h"

#include "bb-scrolling.h"

#include <glib/gi18n.h>
#include <math.h>

/**
 * BbQualityRow:
 *
 * A slider for an encoder's quality number. Encoders count down, the less the better; the slider has
 * the better picture on the side where more is.
 *
 * Signals: `changed`.
 */
struct _BbQualityRow {
  AdwPreferencesRow parent_instance;

  char *name;
  int best;
  int worst;
  int fallback;

  GtkWidget *scale;
  GtkAdjustment *adjustment;
  GtkLabel *value_label;
};

enum { CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbQualityRow, bb_quality_row, ADW_TYPE_PREFERENCES_ROW)

static void
show_value (BbQualityRow *self)
{
  int value = bb_quality_row_get_value (self);
  g_autofree char *upper = g_ascii_strup (self->name != NULL ? self->name : "", -1);
  g_autofree char *text =
    value == self->fallback
      /* Translators: name and number of an encoder's quality, such as "CRF 20" */
      ? g_strdup_printf (_ ("%s %d (default)"), upper, value)
      : g_strdup_printf (_ ("%s %d"), upper, value);

  gtk_label_set_text (self->value_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

static void
value_changed_cb (GtkAdjustment *adjustment, gpointer user_data)
{
  BbQualityRow *self = BB_QUALITY_ROW (user_data);

  show_value (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
bb_quality_row_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (BB_QUALITY_ROW (widget)->scale);
}

static void
bb_quality_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), BB_TYPE_QUALITY_ROW);

  G_OBJECT_CLASS (bb_quality_row_parent_class)->dispose (object);
}

static void
bb_quality_row_finalize (GObject *object)
{
  g_free (BB_QUALITY_ROW (object)->name);

  G_OBJECT_CLASS (bb_quality_row_parent_class)->finalize (object);
}

static void
bb_quality_row_class_init (BbQualityRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = bb_quality_row_dispose;
  object_class->finalize = bb_quality_row_finalize;
  widget_class->grab_focus = bb_quality_row_grab_focus;

  signals[CHANGED] = g_signal_new ("changed", BB_TYPE_QUALITY_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/blurbox/Blurbox/bb-quality-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BbQualityRow, scale);
  gtk_widget_class_bind_template_child (widget_class, BbQualityRow, adjustment);
  gtk_widget_class_bind_template_child (widget_class, BbQualityRow, value_label);
  gtk_widget_class_bind_template_callback (widget_class, value_changed_cb);
}

static void
bb_quality_row_init (BbQualityRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_range_set_round_digits (GTK_RANGE (self->scale), 0);
  bb_scrolling_leave (self->scale);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Quality"), -1);
}

/**
 * bb_quality_row_set_range:
 * @self: a row
 * @name: what the encoder calls it, such as `crf`
 * @best: number of the best quality
 * @worst: number of the worst, which is greater
 * @fallback: number of the default
 *
 * Shows another encoder's quality, with its default.
 */
void
bb_quality_row_set_range (BbQualityRow *self, const char *name, int best, int worst, int fallback)
{
  g_return_if_fail (BB_IS_QUALITY_ROW (self) && best < worst);

  g_set_str (&self->name, name);
  self->best = best;
  self->worst = worst;
  self->fallback = fallback;
  gtk_adjustment_configure (self->adjustment, worst - fallback, 0, worst - best, 1, 4, 0);
  gtk_scale_clear_marks (GTK_SCALE (self->scale));
  gtk_scale_add_mark (GTK_SCALE (self->scale), worst - fallback, GTK_POS_BOTTOM, NULL);
  show_value (self);
}

/**
 * bb_quality_row_set_value:
 * @self: a row
 * @value: the encoder's number; -1 is its default
 */
void
bb_quality_row_set_value (BbQualityRow *self, int value)
{
  g_return_if_fail (BB_IS_QUALITY_ROW (self));

  gtk_adjustment_set_value (self->adjustment, self->worst - (value < 0 ? self->fallback : value));
}

/**
 * bb_quality_row_get_value:
 * @self: a row
 *
 * Returns: the encoder's number
 */
int
bb_quality_row_get_value (BbQualityRow *self)
{
  g_return_val_if_fail (BB_IS_QUALITY_ROW (self), -1);

  return self->worst - (int) lrint (gtk_adjustment_get_value (self->adjustment));
}
