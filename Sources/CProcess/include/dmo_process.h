#ifndef DMO_PROCESS_H
#define DMO_PROCESS_H
#endif
