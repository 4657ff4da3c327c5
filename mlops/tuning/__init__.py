"""The search for a learner's parameters: spaces, folds by patient, trials in several processes, and a study that resumes."""
