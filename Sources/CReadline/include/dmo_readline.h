#ifndef DMO_READLINE_H
#define DMO_READLINE_H
#endif
