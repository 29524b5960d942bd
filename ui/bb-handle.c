/* bb-handle.c: handle that moves along a line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-handle.h"

/**
 * BbHandle:
 *
 * The playhead, an end of the trim or the divider of a comparison: what a slider is to the keyboard
 * and to screen readers. The widget that it lies on places it, and moves it with the pointer.
 *
 * Signals: `moved` (value) when a key moves it. Whoever gets that sets the new value.
 */
struct _BbHandle {
  GtkWidget parent_instance;

  double lower;
  double upper;
  double step;
  double page;
  double value;
};

enum { MOVED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BbHandle, bb_handle, GTK_TYPE_WIDGET)

typedef enum { STEP_BACK, STEP_FORTH, PAGE_BACK, PAGE_FORTH, TO_START, TO_END } Move;

static gboolean
move_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  BbHandle *self = BB_HANDLE (widget);
  double value = self->value;

  switch ((Move) g_variant_get_int32 (args))
    {
    case STEP_BACK:
      value -= self->step;
      break;
    case STEP_FORTH:
      value += self->step;
      break;
    case PAGE_BACK:
      value -= self->page;
      break;
    case PAGE_FORTH:
      value += self->page;
      break;
    case TO_START:
      value = self->lower;
      break;
    case TO_END:
    default:
      value = self->upper;
      break;
    }
  value = CLAMP (value, self->lower, MAX (self->lower, self->upper));
  g_signal_emit (self, signals[MOVED], 0, value);
  return GDK_EVENT_STOP;
}

static void
add_binding (GtkWidgetClass *widget_class, guint key, guint keypad_key, Move move)
{
  gtk_widget_class_add_binding (widget_class, key, 0, move_cb, "i", move);
  if (keypad_key != 0)
    gtk_widget_class_add_binding (widget_class, keypad_key, 0, move_cb, "i", move);
}

static void
bb_handle_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                   int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = 0;
}

static void
bb_handle_class_init (BbHandleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = bb_handle_measure;

  signals[MOVED] = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);

  add_binding (widget_class, GDK_KEY_Left, GDK_KEY_KP_Left, STEP_BACK);
  add_binding (widget_class, GDK_KEY_Right, GDK_KEY_KP_Right, STEP_FORTH);
  add_binding (widget_class, GDK_KEY_Down, GDK_KEY_KP_Down, STEP_BACK);
  add_binding (widget_class, GDK_KEY_Up, GDK_KEY_KP_Up, STEP_FORTH);
  add_binding (widget_class, GDK_KEY_Page_Down, GDK_KEY_KP_Page_Down, PAGE_BACK);
  add_binding (widget_class, GDK_KEY_Page_Up, GDK_KEY_KP_Page_Up, PAGE_FORTH);
  add_binding (widget_class, GDK_KEY_Home, GDK_KEY_KP_Home, TO_START);
  add_binding (widget_class, GDK_KEY_End, GDK_KEY_KP_End, TO_END);

  gtk_widget_class_set_css_name (widget_class, "handle");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
bb_handle_init (BbHandle *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "ew-resize");
}

/**
 * bb_handle_new:
 * @label: what it is, for screen readers
 * @css_class: what it looks like
 *
 * Returns: a handle
 */
GtkWidget *
bb_handle_new (const char *label, const char *css_class)
{
  GtkWidget *widget = g_object_new (BB_TYPE_HANDLE, "tooltip-text", label, NULL);

  gtk_widget_add_css_class (widget, css_class);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_ORIENTATION, GTK_ORIENTATION_HORIZONTAL,
                                  -1);
  return widget;
}

/**
 * bb_handle_set_range:
 * @self: a handle
 * @lower: least value
 * @upper: greatest value
 * @step: what an arrow key moves it by
 * @page: what a page key moves it by
 */
void
bb_handle_set_range (BbHandle *self, double lower, double upper, double step, double page)
{
  g_return_if_fail (BB_IS_HANDLE (self));

  self->step = step;
  self->page = page;
  if (lower == self->lower && upper == self->upper)
    return;
  self->lower = lower;
  self->upper = upper;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, lower,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, upper, -1);
}

/**
 * bb_handle_set_value:
 * @self: a handle
 * @value: where it is
 * @text: the same for people
 */
void
bb_handle_set_value (BbHandle *self, double value, const char *text)
{
  g_return_if_fail (BB_IS_HANDLE (self));

  if (value == self->value && text == NULL)
    return;
  self->value = value;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, value,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

/**
 * bb_handle_get_value:
 * @self: a handle
 *
 * Returns: where it is
 */
double
bb_handle_get_value (BbHandle *self)
{
  g_return_val_if_fail (BB_IS_HANDLE (self), 0.0);

  return self->value;
}
