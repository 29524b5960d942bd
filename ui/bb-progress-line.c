/* bb-progress-line.c: progress line that needs no layout
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-progress-line.h"

#include <math.h>

/* Where the end is unknown, a block goes to and fro: its part of the line, and of its way a step. */
#define BLOCK 0.2
#define STEP 0.1

/**
 * BbProgressLine:
 *
 * What GtkProgressBar shows, drawn anew alone. A progress bar lays out its trough for each fraction,
 * and the window goes over its layout then, for which GDK asks an X server half a dozen questions in
 * turn. While an export has all CPU threads, each answer may take milliseconds.
 */
struct _BbProgressLine {
  GtkWidget parent_instance;

  double fraction; /* negative where it is unknown */
  double block;    /* 0 to 2: there and back */
};

G_DEFINE_FINAL_TYPE (BbProgressLine, bb_progress_line, GTK_TYPE_WIDGET)

static void
bb_progress_line_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BbProgressLine *self = BB_PROGRESS_LINE (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  double from = 0.0;
  double part = self->fraction;
  GskRoundedRect rect;
  GdkRGBA color;

  if (self->fraction < 0)
    {
      from = (1.0 - BLOCK) * (1.0 - fabs (self->block - 1.0));
      part = BLOCK;
    }
  if (part <= 0)
    return;
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    from = 1.0 - part - from;
  /* The trough cuts off the corners of the first pixels. */
  gsk_rounded_rect_init_from_rect (&rect, &GRAPHENE_RECT_INIT (0, 0, width, height), height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  gsk_rounded_rect_init_from_rect (
    &rect, &GRAPHENE_RECT_INIT (width * (float) from, 0, width * (float) part, height), height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  gtk_widget_get_color (widget, &color);
  gtk_snapshot_append_color (snapshot, &color, &rect.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
bb_progress_line_class_init (BbProgressLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = bb_progress_line_snapshot;

  gtk_widget_class_set_css_name (widget_class, "progress-line");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PROGRESS_BAR);
}

static void
bb_progress_line_init (BbProgressLine *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 0.0, -1);
}

/**
 * bb_progress_line_set_fraction:
 * @self: a line
 * @fraction: how much is done, 0 to 1, or a negative number where nobody can tell; a block moves on
 *   with each such call then
 */
void
bb_progress_line_set_fraction (BbProgressLine *self, double fraction)
{
  if (fraction < 0)
    {
      self->block = fmod (self->block + STEP, 2.0);
      gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW);
    }
  else if (fraction != self->fraction)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                    MIN (fraction, 1.0), -1);
  else
    return;
  self->fraction = MIN (fraction, 1.0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
