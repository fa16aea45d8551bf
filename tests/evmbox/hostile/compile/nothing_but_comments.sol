// verdict: compiled
// No contract: to say so is the business of whoever wants to deploy one.
/* nothing */
