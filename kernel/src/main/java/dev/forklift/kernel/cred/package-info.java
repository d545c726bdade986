/// Who a task is: user and group ids, capabilities (credentials(7), capabilities(7)).
package dev.forklift.kernel.cred;
