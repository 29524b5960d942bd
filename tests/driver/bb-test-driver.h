/* bb-test-driver.h: what the tests of the driver for tests share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <cuda.h>
#include <sys/resource.h>

/* The driver's word for what nobody wrote. */
#define POISON_WORD 0xfff5

#define CU(call) g_assert_cmpint (call, ==, CUDA_SUCCESS)

/** BbDeath: a breach, and what the driver says of it */
typedef struct {
  char *subprocess;
  char *pattern;
} BbDeath;

static void
free_death (gpointer data)
{
  BbDeath *death = data;

  g_free (death->subprocess);
  g_free (death->pattern);
  g_free (death);
}

static void
check_death (gconstpointer data)
{
  const BbDeath *death = data;

  g_test_trap_subprocess (death->subprocess, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (death->pattern);
}

/* Adds a test that @breach ends its process with a line that @words match. */
static void
add_death (const char *path, GTestFunc breach, const char *words)
{
  BbDeath *death = g_new0 (BbDeath, 1);

  death->subprocess = g_strconcat (path, "/subprocess/breach", NULL);
  death->pattern = g_strconcat ("*driver for tests: ", words, "*", NULL);
  g_test_add_func (death->subprocess, breach);
  g_test_add_data_func_full (path, death, check_death, free_death);
}

/* Runs the subprocess of @path with variables "NAME=VALUE", %NULL at the end; it must succeed. */
static void G_GNUC_NULL_TERMINATED G_GNUC_UNUSED
run_with (const char *path, ...)
{
  g_auto (GStrv) environment = g_get_environ ();
  va_list list;
  const char *variable;

  va_start (list, path);
  while ((variable = va_arg (list, const char *)) != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (variable, "=", 2);

      environment = g_environ_setenv (environment, parts[0], parts[1], TRUE);
    }
  va_end (list);
  g_test_trap_subprocess_with_envp (path, (const char *const *) environment, 0,
                                    G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

/* The primary context of device 0, made current. */
static CUcontext
begin (void)
{
  CUcontext context;

  CU (cuInit (0));
  CU (cuDevicePrimaryCtxRetain (&context, 0));
  CU (cuCtxPushCurrent (context));
  return context;
}

/* Gives it back; the driver ends the process if anything is left in it. */
static void
end (void)
{
  CU (cuCtxPopCurrent (NULL));
  CU (cuDevicePrimaryCtxRelease (0));
}

static CUdeviceptr G_GNUC_UNUSED
allocate (gsize size)
{
  CUdeviceptr address;

  CU (cuMemAlloc (&address, size));
  return address;
}

static void
test_init (int *argc, char ***argv)
{
  const struct rlimit no_core = { 0, 0 };

  /* Breaches abort. */
  setrlimit (RLIMIT_CORE, &no_core);
  g_test_init (argc, argv, NULL);
}
