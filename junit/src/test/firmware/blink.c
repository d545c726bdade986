// Firmware for the board 10m50-bare: a light that goes on and off twice a second, and comes on and
// stays on while a button is pressed.

typedef volatile unsigned int reg;

#define TIMER ((reg *)0x18001440)
#define LIGHTS ((reg *)0x180014d0)
#define BUTTONS ((reg *)0x180014c0)
#define UART ((reg *)0x18001600)

enum { STATUS, CONTROL, PERIODL, PERIODH };
enum { ITO = 1, CONT = 2, START = 4 };

unsigned int ticks;

static void print(const char *text) {
  for (; *text; text++) UART[0] = *text;
}

void interrupt(void) {
  TIMER[STATUS] = 0;
  ticks++;
  LIGHTS[0] = (BUTTONS[0] & 1) == 0 ? 1 : ticks & 1;
}

void begin(void) {
  unsigned int period = 75000000 / 4 - 1;
  print("blink\n");
  TIMER[PERIODL] = period & 0xffff;
  TIMER[PERIODH] = period >> 16;
  TIMER[CONTROL] = ITO | CONT | START;
  __builtin_wrctl(3, 1);
  __builtin_wrctl(0, 1);
  for (;;) {
  }
}
