// The reference that `sidecart bench` holds a round trip against: the least that any process on the other side of
// a pipe can do. Reads a line, writes a line of the length given as the first argument, and does nothing else.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  size_t length = argc > 1 ? strtoul(argv[1], NULL, 10) : 600;
  if (length == 0) return 2;
  char *reply = malloc(length);
  static char request[1 << 16];
  if (reply == NULL) return 1;
  memset(reply, 'x', length);
  reply[length - 1] = '\n';
  for (;;) {
    ssize_t count = read(0, request, sizeof request);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 ? 0 : 1;
    for (ssize_t index = 0; index < count; index++) {
      if (request[index] != '\n') continue;
      for (size_t written = 0; written < length;) {
        ssize_t part = write(1, reply + written, length - written);
        if (part < 0 && errno != EINTR) return 1;
        if (part > 0) written += (size_t)part;
      }
    }
  }
}
