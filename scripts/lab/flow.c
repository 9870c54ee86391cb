/*
 * Bulk TCP traffic for the laboratory.
 *
 * usage: flow serve PORT                           accepts, until it is killed
 *        flow down|up ADDRESS PORT FLOWS SECONDS   FLOWS connections that take or give all they can
 *
 * A flow ends with a reset, so that nothing of it is sent once it is over. Unlike iperf3 it never spins,
 * which in virtual time would cost the host minutes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Fewer wake-ups than one for each packet; far below any window. */
enum { BLOCK = 65536, WAKE_UP = 16384 };

static char block[BLOCK];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void give(int s)
{
	while (write(s, block, sizeof(block)) > 0)
		;
}

static void take(int s)
{
	int enough = WAKE_UP;

	setsockopt(s, SOL_SOCKET, SO_RCVLOWAT, &enough, sizeof(enough));
	while (read(s, block, sizeof(block)) > 0)
		;
}

static void serve(struct sockaddr_in at)
{
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (s < 0 || bind(s, (void *)&at, sizeof(at)) || listen(s, 64))
		die("flow: listen");
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		char way;
		int c = accept(s, NULL, NULL);

		if (c < 0)
			continue;
		if (fork() == 0) {
			if (read(c, &way, 1) == 1)
				way == 'd' ? give(c) : take(c);
			_exit(0);
		}
		close(c);
	}
}

static int flow;

static void end(int signal)
{
	struct linger reset = { .l_onoff = 1 };

	(void)signal;
	setsockopt(flow, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(flow);
	_exit(0);
}

static void run(struct sockaddr_in to, char way, double seconds)
{
	struct itimerval until = { .it_value = { (time_t)seconds, (suseconds_t)((seconds - (time_t)seconds) * 1e6) } };

	flow = socket(AF_INET, SOCK_STREAM, 0);
	signal(SIGALRM, end);
	setitimer(ITIMER_REAL, &until, NULL);
	if (connect(flow, (void *)&to, sizeof(to)) || write(flow, &way, 1) != 1)
		die("flow: connect");
	way == 'd' ? take(flow) : give(flow);
}

int main(int argc, char **argv)
{
	struct sockaddr_in other = { .sin_family = AF_INET };

	if (argc == 3 && !strcmp(argv[1], "serve")) {
		other.sin_port = htons(atoi(argv[2]));
		serve(other);
	}
	if (argc != 6 || (strcmp(argv[1], "down") && strcmp(argv[1], "up")) || inet_pton(AF_INET, argv[2], &other.sin_addr) != 1) {
		fprintf(stderr, "usage: flow serve PORT | flow down|up ADDRESS PORT FLOWS SECONDS\n");
		return 2;
	}
	other.sin_port = htons(atoi(argv[3]));
	for (int n = atoi(argv[4]); n > 0; n--)
		if (fork() == 0) {
			run(other, argv[1][0], atof(argv[5]));
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	return 0;
}
