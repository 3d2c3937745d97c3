/*
 * Requests and responses over TCP or UDP, with one request at a time per connection.
 *
 *   requests server ns=NS port=N                    answers a 64-byte request with 64 bytes, and "GET ..." with a 1,024-byte HTTP page;
 *                                                   closes after the answer to "close"
 *   requests client ns=NS address=A port=N [connections=1] [seconds=1] [warmup=0.2] [http=0] [udp=0] [interval=0]
 *
 * interval=US is the pause between a response and the next request, for long runs that measure pauses. A UDP request without a response is repeated
 * after 200 ms, and counts with the whole time.
 */
#include "common.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#define MESSAGE 64
#define PAGE 1024
#define MAX_CONNECTIONS 1024
#define MAX_REPEATS 50
static const char REQUEST[] = "GET /page HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";

static char page[256 + PAGE];
static int page_length, is_udp;
static struct { int fd, wanted; uint32_t sequence; int64_t sent; } connections[MAX_CONNECTIONS];

static void no_delay(int fd) {
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void write_page(void) {
    page_length = snprintf(page, sizeof page, "HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", PAGE);
    memset(page + page_length, 'x', PAGE);
    page_length += PAGE;
}

static void answer_datagram(int fd) {
    char request[4096];
    struct sockaddr_in client;
    socklen_t size = sizeof client;
    ssize_t length = recvfrom(fd, request, sizeof request, 0, (void *)&client, &size);
    if (length > 0) sendto(fd, request, length, 0, (void *)&client, size);
}

static void serve(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1, epoll = epoll_create1(0);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (void *)&local, sizeof local) || listen(listener, 1024)) die("port %d", port);
    int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(datagrams, (void *)&local, sizeof local)) die("UDP port %d", port);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = datagrams}, events[64];
    epoll_ctl(epoll, EPOLL_CTL_ADD, datagrams, &event);
    event.data.fd = listener;
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == datagrams) {
                answer_datagram(fd);
                continue;
            }
            if (fd == listener) {
                event.data.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
                if (event.data.fd < 0) continue;
                no_delay(event.data.fd);
                epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            char request[4096];
            ssize_t length = recv(fd, request, sizeof request, 0);
            int http = length > 3 && !memcmp(request, "GET", 3), last = length > 5 && !memcmp(request, "close", 5);
            /* A client sends one short request at a time, in one segment. */
            if (length <= 0 || send(fd, http ? page : request, http ? page_length : length, MSG_NOSIGNAL) < 0 || last) close(fd);
        }
    }
}

static void connect_to(int i, const char *address, int port) {
    struct sockaddr_in remote = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, address, &remote.sin_addr);
    connections[i].fd = socket(AF_INET, (is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    struct timeval limit = {is_udp ? 0 : 5, is_udp ? 200000 : 0};
    setsockopt(connections[i].fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(connections[i].fd, (void *)&remote, sizeof remote)) die("connect to %s", address);
    if (!is_udp) no_delay(connections[i].fd);
}

static void send_request(int i, int http) {
    char message[MESSAGE] = "request";
    memcpy(message + MESSAGE - sizeof(uint32_t), &connections[i].sequence, sizeof(uint32_t));
    if (send(connections[i].fd, http ? REQUEST : message, http ? sizeof REQUEST - 1 : MESSAGE, MSG_NOSIGNAL) < 0) die("send");
}

static void ask(int i, int http) {
    connections[i].wanted = http ? page_length : MESSAGE;
    connections[i].sequence++;
    connections[i].sent = now_ns();
    send_request(i, http);
}

/* Reads available bytes. Returns whether the response is complete. */
static int answered(int i) {
    char buffer[4096];
    ssize_t length = recv(connections[i].fd, buffer, sizeof buffer, 0);
    for (int repeats = 0; length < 0 && errno == EAGAIN && is_udp && repeats < MAX_REPEATS; repeats++) {
        send_request(i, 0);
        length = recv(connections[i].fd, buffer, sizeof buffer, 0);
    }
    errno = length ? errno : 0;
    if (length <= 0) die("no response");
    /* The late response to a request that was repeated and answered. */
    if (is_udp && memcmp(buffer + MESSAGE - sizeof(uint32_t), &connections[i].sequence, sizeof(uint32_t))) return 0;
    return (connections[i].wanted -= length) <= 0;
}

static void pause_us(int us) {
    if (us) nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000L}, NULL);
}

int main(int count, char **arguments) {
    write_page();
    enter(argument(count, arguments, "ns", NULL));
    int port = number(count, arguments, "port", NULL);
    if (count > 1 && !strcmp(arguments[1], "server")) serve(port);
    int wanted = number(count, arguments, "connections", "1"), http = number(count, arguments, "http", "0");
    int interval = number(count, arguments, "interval", "0");
    is_udp = number(count, arguments, "udp", "0");
    const char *address = argument(count, arguments, "address", NULL);
    /* A repeat needs the blocking read of one connection. */
    if (is_udp) wanted = 1;
    if (wanted > MAX_CONNECTIONS) wanted = MAX_CONNECTIONS;
    int epoll = epoll_create1(0);
    for (int i = 0; i < wanted; i++) {
        connect_to(i, address, port);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event);
    }
    struct samples latencies = {0};
    int64_t start = now_ns() + (int64_t)(number(count, arguments, "warmup", "0.2") * 1e9);
    int64_t end = start + (int64_t)(number(count, arguments, "seconds", "1") * 1e9), now = 0;
    for (int i = 0; i < wanted; i++) ask(i, http);
    while (now < end) {
        struct epoll_event events[64];
        /* With one connection, use a blocking read, like a simple client. */
        int ready = wanted == 1 ? 1 : epoll_wait(epoll, events, 64, 5000);
        errno = 0;
        if (ready <= 0) die("no response within 5 s");
        for (int e = 0; e < ready; e++) {
            int i = wanted == 1 ? 0 : (int)events[e].data.u32;
            if (!answered(i)) continue;
            now = now_ns();
            if (now >= start && now < end) add_sample(&latencies, now - connections[i].sent);
            pause_us(interval);
            ask(i, http);
        }
    }
    printf("{\"seconds\":%.6f,", (end - start) / 1e9);
    print_latencies(&latencies);
    printf("}\n");
    return 0;
}
