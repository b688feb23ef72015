#define _GNU_SOURCE
/* Completion with our own idea of where a word begins. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

struct dmo_rl_candidates {
  size_t start, count, capacity;
  struct { char *text; char append; } *items;
  /* Whether they belong to the completion that readline is working on. */
  int fresh;
};

static struct {
  dmo_rl_completer completer;
  void *context;
  dmo_rl_candidates found;
} self;

void dmo_rl_start(dmo_rl_candidates *answer, size_t start) { answer->start = start; }

void dmo_rl_candidate(dmo_rl_candidates *answer, const char *text, char append) {
  if (answer->count == answer->capacity) {
    size_t capacity = answer->capacity ? 2 * answer->capacity : 64;
    void *items = realloc(answer->items, capacity * sizeof *answer->items);
    if (!items) return;
    answer->items = items;
    answer->capacity = capacity;
  }
  char *copy = strdup(text);
  if (!copy) return;
  answer->items[answer->count].text = copy;
  answer->items[answer->count++].append = append;
}

static void ask_completer(void) {
  dmo_rl_candidates *answer = &self.found;
  for (size_t i = 0; i < answer->count; i++) free(answer->items[i].text);
  answer->count = 0;
  answer->start = (size_t)rl_point;
  if (self.completer) self.completer(self.context, rl_line_buffer, (size_t)rl_point, answer);
  if (answer->start > (size_t)rl_point) answer->start = (size_t)rl_point;
  answer->fresh = 1;
}

/* The only character that ends the word, looking back from the cursor, is the one before our start. */
static char *word_breaks(void) {
  static char breaks[2];
  ask_completer();
  breaks[0] = self.found.start > 0 ? rl_line_buffer[self.found.start - 1] : '\0';
  return breaks;
}

/* A candidate as a replacement from readline's start of the word, which differs from ours where the
 * character before our start occurs in the word, too. NULL if it is none. */
static char *fitted(const char *text, size_t wanted, size_t start) {
  const char *line = rl_line_buffer;
  if (start > wanted) {
    size_t dropped = start - wanted;
    return strncmp(text, line + wanted, dropped) == 0 ? strdup(text + dropped) : NULL;
  }
  size_t kept = wanted - start;
  char *joined = malloc(kept + strlen(text) + 1);
  if (!joined) return NULL;
  memcpy(joined, line + start, kept);
  strcpy(joined + kept, text);
  return joined;
}

/* What all have in common, whole UTF-8 characters only. */
static char *common_prefix(char **texts, size_t count) {
  size_t length = strlen(texts[0]);
  for (size_t i = 1; i < count; i++) {
    size_t j = 0;
    while (j < length && texts[i][j] == texts[0][j]) j++;
    length = j;
  }
  while (length > 0 && (texts[0][length] & 0xC0) == 0x80) length--;
  return strndup(texts[0], length);
}

static char **complete(const char *text, int start, int end) {
  (void)end;
  rl_attempted_completion_over = 1;
  if (!self.found.fresh) ask_completer();
  self.found.fresh = 0;
  size_t total = self.found.count, count = 0;
  char **matches = total ? calloc(total + 2, sizeof *matches) : NULL;
  if (!matches) return NULL;
  char append = 0;
  for (size_t i = 0; i < total; i++) {
    char *match = fitted(self.found.items[i].text, self.found.start, (size_t)start);
    if (!match) continue;
    matches[++count] = match;
    append = self.found.items[i].append;
  }
  if (count == 0) {
    free(matches);
    return NULL;
  }
  if (count == 1) {
    matches[0] = matches[1];
    matches[1] = NULL;
    rl_completion_append_character = append;
    rl_completion_suppress_append = append == 0;
    return matches;
  }
  matches[0] = common_prefix(matches + 1, count);
  /* Candidates that do not start with what was typed must not shorten it. */
  if (matches[0] && strlen(matches[0]) < strlen(text)) {
    free(matches[0]);
    matches[0] = strdup(text);
  }
  rl_completion_suppress_append = 1;
  return matches;
}

/* At most a screen of them: in callback mode readline neither asks whether to list hundreds nor pages. */
static void list_candidates(char **matches, int count, int longest) {
  int rows, columns;
  rl_get_screen_size(&rows, &columns);
  int per_line = columns / (longest + 2) > 0 ? columns / (longest + 2) : 1;
  int limit = per_line * (rows > 6 ? rows - 4 : 2);
  int shown = count > limit ? limit : count;
  rl_display_match_list(matches, shown, longest);
  if (shown < count) {
    fprintf(rl_outstream, "... and %d more", count - shown);
    rl_crlf();
  }
  rl_forced_update_display();
}

void dmo_rl_forget_candidates(void) { self.found.fresh = 0; }

void dmo_rl_set_up_completion(void) {
  rl_attempted_completion_function = complete;
  rl_completion_word_break_hook = word_breaks;
  rl_completion_display_matches_hook = list_candidates;
  rl_basic_quote_characters = "";
  rl_sort_completion_matches = 0;
  rl_ignore_completion_duplicates = 0;
}

void dmo_rl_set_completer(dmo_rl_completer completer, void *context) {
  self.completer = completer;
  self.context = context;
}
