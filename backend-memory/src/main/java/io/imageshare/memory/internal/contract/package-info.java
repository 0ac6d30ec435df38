/**
 * The rules of the contract for backends, one file for each letter of rules, and the client that
 * checks them. Only {@link io.imageshare.memory.BackendContract} calls it, through {@link
 * io.imageshare.memory.internal.contract.ContractRule}.
 */
@NullMarked
package io.imageshare.memory.internal.contract;

import org.jspecify.annotations.NullMarked;
